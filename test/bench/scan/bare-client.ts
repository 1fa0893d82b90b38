import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { Agent } from "undici";

/**
 * A process of its own that does nothing but POST bodies: what the API server alone costs. Each line of the file is a
 * path, a tab and a body. Prints how many it created and the seconds since it was started.
 */
const { values } = parseArgs({
  options: {
    server: { type: "string" },
    ca: { type: "string" },
    bodies: { type: "string" },
    connections: { type: "string" },
  },
});
const token = process.env["BENCH_TOKEN"] ?? "";
const { server = "", ca = "", bodies = "", connections = "1" } = values;
const agent = new Agent({ connect: { ca: await readFile(ca, "utf8") }, connections: Number(connections) });
const lines = createInterface({ input: createReadStream(bodies), crlfDelay: Infinity })[
  Symbol.asyncIterator
]();

let created = 0;
const post = async (line: string): Promise<void> => {
  const tab = line.indexOf("\t");
  const { statusCode, body } = await agent.request({
    origin: server,
    method: "POST",
    path: line.slice(0, tab),
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json",
      "user-agent": "bench-bare-client",
    },
    body: line.slice(tab + 1),
  });
  const text = await body.text();
  if (statusCode !== 201) throw new Error(`HTTP ${statusCode}: ${text.slice(0, 300)}`);
  created += 1;
};

const work = async (): Promise<void> => {
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) await post(next.value);
};

await Promise.all(Array.from({ length: Number(connections) }, work));
// The clock of `performance` starts with the process.
console.log(JSON.stringify({ created, seconds: performance.now() / 1_000 }));
await agent.close();
