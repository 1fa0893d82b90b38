import type { SourceHandlers } from "#kube/list-watch/source.ts";

/** Handlers that write down each call as one short text, and wait for such texts. */
export interface SourceRecorder {
  readonly handlers: SourceHandlers;
  /** `list 1`, `page 1: a b`, `ADDED a@5 (1)`, `synced 1`, `live`, `degraded 403`. */
  readonly calls: readonly string[];
  /** Resolves when the call was made, or had been. */
  called(text: string, times?: number): Promise<void>;
}

/** `hold` may delay a handler: it is awaited before the call returns. */
export function createSourceRecorder(hold?: (call: string) => Promise<void> | void): SourceRecorder {
  const calls: string[] = [];
  const waiting = new Set<() => void>();
  const record = async (call: string): Promise<void> => {
    calls.push(call);
    for (const check of waiting) check();
    await hold?.(call);
  };
  return {
    calls,
    handlers: {
      onListStart: (epoch) => void record(`list ${epoch}`),
      onPage: (objects, { epoch }) =>
        record(`page ${epoch}: ${objects.map(({ metadata }) => metadata.name).join(" ")}`),
      onEvent: (type, { metadata }, epoch) =>
        record(`${type} ${metadata.name}@${metadata.resourceVersion} (${epoch})`),
      onSynced: (epoch) => record(`synced ${epoch}`),
      onState: (state) =>
        void record(state.kind === "degraded" ? `degraded ${state.status ?? state.reason}` : state.kind),
    },
    called: (text, times = 1) =>
      new Promise((done) => {
        const check = (): void => {
          if (calls.filter((call) => call === text).length < times) return;
          waiting.delete(check);
          done();
        };
        waiting.add(check);
        check();
      }),
  };
}
