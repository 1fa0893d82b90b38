import { createServer } from "node:net";

/** Below the range that Linux hands out to outgoing connections (32768 and up), so that none takes a port while a server restarts. */
const lowestPort = 20_000;
const highestPort = 32_700;
const maxAttempts = 1_000;

const taken = new Set<number>();

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });

/** A free port on loopback that this process has not handed out before. Other processes may still race for it. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const port = lowestPort + Math.floor(Math.random() * (highestPort - lowestPort));
    if (taken.has(port)) continue;
    taken.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(
    `No free port between ${lowestPort} and ${highestPort} on 127.0.0.1 after ${maxAttempts} attempts`,
  );
};
