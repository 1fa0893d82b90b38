import type { RunContext } from "./ports.ts";

/** The context of a run, and whether anything from outside was asked for: without, the same run gives the same verdicts. */
export interface CountedContext extends RunContext {
  hasAsked(): boolean;
}

export function countContext(context: RunContext): CountedContext {
  let asked = false;
  return {
    ...context,
    async settle(requests, scope) {
      asked ||= requests.length > 0;
      await context.settle(requests, scope);
    },
    hasAsked: () => asked,
  };
}
