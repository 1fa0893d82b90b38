import { open } from "node:fs/promises";

/** One write that the API server accepted. */
export interface AcceptedWrite {
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** When the request came in and when it was answered, in ms. */
  readonly receivedMs: number;
  readonly completedMs: number;
}

interface AuditEvent {
  readonly stage?: string;
  readonly verb?: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp?: string;
  readonly stageTimestamp?: string;
}

const writeVerbs = new Set(["create", "update", "patch", "delete", "deletecollection"]);

const parseEvent = (line: string): AuditEvent | undefined => {
  // A killed API server leaves half a line.
  const start = line.lastIndexOf('{"kind":"Event"');
  try {
    return JSON.parse(line.slice(Math.max(0, start))) as AuditEvent;
  } catch {
    return undefined;
  }
};

const timeMs = (text: string | undefined): number => {
  if (text === undefined) return Number.NaN;
  // Date knows milliseconds only; order within one is told by the microseconds.
  const micros = /\.\d{3}(\d{3})/.exec(text)?.[1] ?? "0";
  return Date.parse(text) + Number(micros) / 1_000;
};

const writeOf = (event: AuditEvent | undefined): AcceptedWrite | undefined => {
  const code = event?.responseStatus?.code ?? 0;
  if (event?.stage !== "ResponseComplete" || code < 200 || code > 299) return undefined;
  if (!writeVerbs.has(event.verb ?? "")) return undefined;
  return {
    user: event.user?.username ?? "",
    verb: event.verb ?? "",
    resource: event.objectRef?.resource ?? "",
    namespace: event.objectRef?.namespace ?? "",
    name: event.objectRef?.name ?? "",
    receivedMs: timeMs(event.requestReceivedTimestamp),
    completedMs: timeMs(event.stageTimestamp),
  };
};

/** Reads an API server's audit log piece by piece. */
export class AuditTimeline {
  readonly #file: string;
  #offset = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** The accepted writes since the last call, in the order of their answers. */
  async take(): Promise<readonly AcceptedWrite[]> {
    const handle = await open(this.#file, "r");
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.alloc(size - this.#offset);
      await handle.read(bytes, 0, bytes.length, this.#offset);
      const end = bytes.lastIndexOf(0x0a) + 1;
      this.#offset += end;
      return bytes
        .subarray(0, end)
        .toString("utf8")
        .split("\n")
        .flatMap((line) => writeOf(line === "" ? undefined : parseEvent(line)) ?? []);
    } finally {
      await handle.close();
    }
  }
}
