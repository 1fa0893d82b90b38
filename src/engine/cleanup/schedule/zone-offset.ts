import { daysFromCivil } from "../../jmespath/civil-time.ts";
import { utc } from "./next-run.ts";
import type { ZoneOffset } from "./next-run.ts";

/** Making a formatter takes far longer than asking it. Names are of any spelling, so that their number has a bound. */
const known = new Map<string, ZoneOffset>();
const maxKnown = 1_000;

/** The clocks of a zone of the IANA database, by the data of the JavaScript engine; undefined for a name not in it. */
export function zoneOffsetOf(name: string): ZoneOffset | undefined {
  if (name === "UTC" || name === "") return utc;
  const found = known.get(name) ?? readZone(name);
  if (found === undefined) return undefined;
  if (known.size >= maxKnown) known.clear();
  known.set(name, found);
  return found;
}

function readZone(name: string): ZoneOffset | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return (atMs) => {
    const fields = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const field = (type: Intl.DateTimeFormatPartTypes): number => fields.get(type) ?? 0;
    const days = daysFromCivil(field("year"), field("month"), field("day"));
    const seconds = days * 86_400 + field("hour") * 3_600 + field("minute") * 60 + field("second");
    return seconds * 1000 - Math.floor(atMs / 1000) * 1000;
  };
}
