import type { BrokerRequest, ValueReference } from "#api/broker/broker-request.ts";

type ServiceRequest = BrokerRequest & { readonly kind: "service" };

/** Reads the Secret or ConfigMap that a reference names. */
export type ReadKept = (kind: ValueReference["kind"], namespace: string, name: string) => Promise<unknown>;

/**
 * A call to a service with the values that its headers and its CA bundle refer to. A reference without a namespace is to
 * that of this process, as in Kyverno. Throws an `Error` that names the header for what is not there.
 */
export async function withKeptValues(
  call: ServiceRequest,
  ownNamespace: string,
  read: ReadKept,
): Promise<ServiceRequest> {
  const { headersFrom = [], caBundleFrom, ...rest } = call;
  if (headersFrom.length === 0 && caBundleFrom === undefined) return call;
  const valueOf = async (what: string, from: ValueReference): Promise<string> => {
    const { kind, namespace = ownNamespace, name, key } = from;
    const place = `${kind.toLowerCase()} ${namespace}/${name}`;
    try {
      const text = textIn(await read(kind, namespace, name), kind, key);
      if (text !== undefined) return text;
    } catch (error) {
      throw new Error(`failed to resolve ${what}: failed to get ${place}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    throw new Error(`failed to resolve ${what}: key ${key} not found in ${place}`);
  };
  const headers = { ...call.headers };
  for (const [header, from] of headersFrom) headers[header] = await valueOf(`header ${header}`, from);
  const caBundle = caBundleFrom === undefined ? undefined : await valueOf("CA bundle", caBundleFrom);
  return { ...rest, headers, ...(caBundle === undefined ? {} : { caBundle }) };
}

/** Secrets hold their values in base64. */
function textIn(object: unknown, kind: ValueReference["kind"], key: string): string | undefined {
  const { data } = object as { readonly data?: unknown };
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, key)) return undefined;
  const value = (data as Readonly<Record<string, unknown>>)[key];
  if (typeof value !== "string") return undefined;
  return kind === "Secret" ? Buffer.from(value, "base64").toString("utf8") : value;
}
