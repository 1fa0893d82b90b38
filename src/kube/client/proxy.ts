import { BlockList, isIP } from "node:net";

export type Environment = Readonly<Record<string, string | undefined>>;

function variable(env: Environment, name: string): string | undefined {
  const value = env[name] ?? env[name.toLowerCase()];
  return value === undefined || value === "" ? undefined : value;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function matchesAddressRange(host: string, entry: string): boolean {
  const [address = "", prefix = ""] = entry.split("/");
  const [family, hostFamily] = [isIP(address), isIP(host)];
  const bits = Number(prefix);
  if (family === 0 || family !== hostFamily || !/^\d+$/.test(prefix)) return false;
  if (bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const name = family === 4 ? "ipv4" : "ipv6";
  list.addSubnet(address, bits, name);
  return list.check(host, name);
}

function matchesDomain(host: string, entry: string): boolean {
  const domain = entry.startsWith("*.") ? entry.slice(1) : entry;
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function matchesEntry(host: string, port: string, entry: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return matchesAddressRange(host, entry);
  const withPort = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:]*))(?::(?<port>\d+))?$/.exec(entry)?.groups;
  const name = withPort?.["v6"] ?? withPort?.["name"] ?? entry;
  if (withPort?.["port"] !== undefined && withPort["port"] !== port) return false;
  return isIP(name) === 0 ? matchesDomain(host, name) : host === name;
}

/**
 * The proxy to reach `server` with: `proxyUrl` of the kubeconfig, else HTTPS_PROXY or HTTP_PROXY by the server's scheme
 * unless NO_PROXY names it. NO_PROXY is read as Go's clients do (golang.org/x/net/http/httpproxy): names with their
 * subdomains, `.name` for subdomains only, addresses, address ranges, an optional port, `*`; never for loopback.
 * Throws where the proxy's address is no URL of a scheme that can be spoken.
 */
export function proxyFor(server: URL, proxyUrl: string | undefined, env: Environment): URL | undefined {
  if (proxyUrl !== undefined && proxyUrl !== "") return parseProxy(proxyUrl, "proxy-url of the kubeconfig");
  const name = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = variable(env, name);
  if (value === undefined) return undefined;
  const host = server.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (isLoopback(host)) return undefined;
  const port = server.port === "" ? (server.protocol === "https:" ? "443" : "80") : server.port;
  const exempt = (variable(env, "NO_PROXY") ?? "")
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== "");
  return exempt.some((entry) => matchesEntry(host, port, entry)) ? undefined : parseProxy(value, name);
}

function parseProxy(value: string, origin: string): URL {
  const text = /^[a-z0-9+.-]+:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "socks5h:") return new URL(text.replace(/^socks5h/i, "socks5"));
  if (url === undefined || !["http:", "https:", "socks5:"].includes(url.protocol)) {
    throw new Error(
      `${origin} is ${JSON.stringify(value)}; a proxy is given as http://, https:// or socks5:// address`,
    );
  }
  return url;
}
