import { notAcceptable } from "../errors/api-failure.ts";

/** The form in which objects are wanted. */
export interface Form {
  readonly kind: "object" | "table" | "metadata";
  readonly isYaml: boolean;
}

interface MediaRange {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function parseAccept(header: string): readonly MediaRange[] {
  return header.split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    const entries = parameters.map((parameter) => parameter.split("=") as [string, string?]);
    return { type, parameters: Object.fromEntries(entries.map(([name, value]) => [name, value ?? ""])) };
  });
}

/** Chooses the first form of an Accept header that can be served. Throws a 406. */
export function negotiateForm(header: string | undefined): Form {
  for (const { type, parameters } of parseAccept(header ?? "*/*")) {
    const isYaml = type === "application/yaml";
    if (!isYaml && !["application/json", "*/*", "application/*", ""].includes(type)) continue;
    const { as } = parameters;
    if (as === undefined) return { kind: "object", isYaml };
    if (parameters["g"] !== "meta.k8s.io" || parameters["v"] !== "v1") continue;
    if (as === "Table") return { kind: "table", isYaml };
    if (as === "PartialObjectMetadata" || as === "PartialObjectMetadataList")
      return { kind: "metadata", isYaml };
  }
  throw notAcceptable();
}

/** True where the client asks for aggregated discovery (KEP-3352) before anything else. Answers with its version. */
export function aggregatedDiscoveryVersion(header: string | undefined): string | undefined {
  for (const { type, parameters } of parseAccept(header ?? "")) {
    const { g, v, as } = parameters;
    if (as === undefined) {
      if (type === "application/json") return undefined;
    } else if (g === "apidiscovery.k8s.io" && as === "APIGroupDiscoveryList" && v === "v2") return v;
  }
  return undefined;
}
