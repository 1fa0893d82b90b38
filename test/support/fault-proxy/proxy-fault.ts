/** One way in which the network, or what stands between client and server, fails. Shares are in [0, 1]. */
export type ProxyFault =
  /** Connections end after so many bytes of an answer. */
  | { readonly kind: "cut"; readonly share: number; readonly maxBytes: number }
  /** Watches stay open and say nothing more, whatever happens; even after the fault has ended. */
  | { readonly kind: "silent-watches" }
  /** The server refuses without doing anything. */
  | {
      readonly kind: "refuse";
      readonly share: number;
      readonly status: 429 | 500 | 503;
      readonly retryAfterSeconds?: number;
    }
  /** A list that goes on is told that its state is gone, with a token for a newer one, as an API server does. */
  | { readonly kind: "gone-in-list"; readonly share: number }
  /** A list that goes on is told that its state is gone, and nothing else. */
  | { readonly kind: "gone-without-token"; readonly share: number }
  /** Watches are told that their state is gone: at once, or as an event. */
  | { readonly kind: "gone-on-watch"; readonly share: number }
  /** Answers come late. */
  | { readonly kind: "slow"; readonly share: number; readonly maxDelayMs: number }
  /** The server does what it is asked to do, and the answer is lost. */
  | { readonly kind: "lost-answer"; readonly share: number }
  /** Nothing gets through, and what is open breaks. */
  | { readonly kind: "unreachable" };

/** A request as the faults see it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
}

const hasParameter = (url: string, name: string): boolean => queryOf(url).has(name);

const queryOf = (url: string): URLSearchParams => new URL(url, "http://proxy").searchParams;

export const isWatch = ({ method, url }: ProxiedRequest): boolean =>
  method === "GET" && ["true", "1"].includes(queryOf(url).get("watch") ?? "");

/** A list that was begun before. */
export const isContinuedList = ({ method, url }: ProxiedRequest): boolean =>
  method === "GET" && hasParameter(url, "continue");

export const isWrite = ({ method }: ProxiedRequest): boolean => method !== "GET";

/** The token with which an API server lets an expired list go on: the same place, at the newest state. */
export const renewedToken = (url: string): string | undefined => {
  const token = queryOf(url).get("continue");
  if (token === null) return undefined;
  try {
    const place = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as Record<string, unknown>;
    return Buffer.from(JSON.stringify({ ...place, rv: -1 })).toString("base64url");
  } catch {
    return undefined;
  }
};

/** A `Status` as an API server answers it. */
export const failureStatus = (
  code: number,
  reason: string,
  message: string,
  metadata: { readonly continue?: string } = {},
): string =>
  JSON.stringify({ kind: "Status", apiVersion: "v1", metadata, status: "Failure", message, reason, code });
