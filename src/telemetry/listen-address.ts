/** Where a server listens. */
export interface ListenAddress {
  /** Absent: all interfaces. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Reads `host:port`, `:port`, a bare port or `[ipv6]:port`; undefined where it is none of them. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:(?:\[([\da-f:.]+)\]|([\w.-]*)):)?(\d{1,5})$/i.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  const host = match[1] ?? match[2] ?? "";
  return host === "" ? { port } : { host, port };
}

/** The address as a person types it. */
export function showListenAddress({ host, port }: ListenAddress): string {
  if (host === undefined) return `:${port}`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
