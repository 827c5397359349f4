// The landing page of a private link: posts the secret that stands in the fragment, and takes it out of the address.

export function privateLink(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-private-link]");
  const field = form?.elements.namedItem("secret");
  if (!form || !(field instanceof HTMLInputElement)) return;
  const open = (): void => {
    const secret = location.hash.slice(1);
    if (!secret) return;
    history.replaceState(null, "", location.pathname);
    field.value = decodeURIComponent(secret);
    form.requestSubmit();
  };
  open();
  addEventListener("hashchange", open);
}
