// A passkey that cannot be used: allauth's script only tells the console, people are told on the page.

export function passkeyFailures(): void {
  document.addEventListener("allauth.error", (event) => {
    const words = document.querySelector<HTMLElement>("[data-passkey-failed]");
    if (!words) return;
    event.preventDefault();
    words.hidden = false;
  });
}
