/** One call, as far as it counts. */
export interface CountedCall {
  readonly userAgent: string;
  readonly verb: string;
  readonly resource: string;
  readonly code: number;
}

const operatorAgent = "rearguard/";
const readVerbs: ReadonlySet<string> = new Set(["get", "list"]);
const writeVerbs: ReadonlySet<string> = new Set(["create", "update", "patch", "delete"]);

/** Counts what the operator asks of the API server, Leases apart. */
export class CallCounter {
  /** Writes of Secrets and ConfigMaps that were taken, the checkpoint's included. */
  writes = 0;
  refused = 0;
  reads = 0;
  lists = 0;
  watches = 0;
  all = 0;

  note({ userAgent, verb, resource, code }: CountedCall, count = 1): void {
    if (!userAgent.startsWith(operatorAgent) || resource === "leases") return;
    this.all += count;
    if (verb === "watch") this.watches += count;
    if (verb === "list") this.lists += count;
    if (readVerbs.has(verb)) this.reads += count;
    if (!writeVerbs.has(verb) || (resource !== "secrets" && resource !== "configmaps")) return;
    if (code < 300) this.writes += count;
    else this.refused += count;
  }
}
