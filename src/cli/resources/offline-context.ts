import type { ContextSource } from "#engine/context/context-source.ts";

/** Without a cluster nothing is served: entries are as if they were not declared, and values may stand in for them. */
export const offlineContext: ContextSource = { lookUp: () => ({ kind: "unavailable" }) };
