import type { TlsMaterial } from "./credentials.ts";

export interface RequestCredentials {
  readonly authorization?: string;
  /** The same object while nothing changed, so that connections can be kept. */
  readonly tls: TlsMaterial;
}

/** How one cluster is reached, and as whom. */
export interface ClusterAccess {
  readonly server: URL;
  /** Of the context or the pod. */
  readonly namespace?: string;
  /** `http:`, `https:` or `socks5:`, chosen from `proxy-url` or the environment; absent: directly. */
  readonly proxy?: URL;
  /** What to send now. Rejects where a plugin or a file does not deliver. */
  credentials(): Promise<RequestCredentials>;
  /** After a 401: true where trying once more makes sense, because the credentials may be others now. */
  renew(): Promise<boolean>;
}
