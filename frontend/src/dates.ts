// Dates in scripts, written as the hub writes them: 2 Sep 2026, 14:31; 2 sep. 2026 14.31.

const { lang } = document.documentElement;

/** The page’s language. English is British, as in texts of the hub: the day before the month, and 24 hours. */
export const LOCALE = lang.startsWith("en") ? "en-GB" : lang;

/** Words for times in UTC, with the parts that are asked for. */
export function dateWords(parts: Intl.DateTimeFormatOptions): (time: number | Date) => string {
  const format = new Intl.DateTimeFormat(LOCALE, { ...parts, hourCycle: "h23", timeZone: "UTC" });
  // In Swedish the short names of months have full stops and the clock a colon; the hub writes 2 sep and 14.31.
  const isSwedish = LOCALE.startsWith("sv");
  return (time) =>
    format
      .formatToParts(time)
      .map(({ type, value }) => {
        if (!isSwedish) return value;
        if (type === "month") return value.replace(/\.$/, "").slice(0, 3);
        return type === "literal" ? value.replace(":", ".") : value;
      })
      .join("");
}
