import type { TestContext } from "node:test";
import type { DevserverOptions } from "./devserver-options.ts";
import type { JsonObject } from "./json/json.ts";
import { startDevserver } from "./start-devserver.ts";
import type { Devserver } from "./start-devserver.ts";

export interface Answered {
  readonly code: number;
  readonly body: JsonObject;
  readonly headers: Headers;
}

export interface TestServer extends Devserver {
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answered>;
  /** Events of a watch, as they come; ends with the test. */
  watch(path: string): AsyncIterableIterator<{ readonly type: string; readonly object: JsonObject }>;
}

/** An embedded server over plain HTTP that ends with the test, and a bare client. */
export async function serve(t: TestContext, options: DevserverOptions = {}): Promise<TestServer> {
  const server = await startDevserver({ tls: false, ...options });
  const over = new AbortController();
  t.after(async () => {
    over.abort();
    await server.stop();
  });
  const authorization = `Bearer ${server.token}`;
  return {
    ...server,
    async request(method, path, body, headers = {}) {
      const response = await fetch(server.url + path, {
        method,
        headers: { authorization, "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        signal: over.signal,
      });
      const text = await response.text();
      const value = text.startsWith("{") ? (JSON.parse(text) as JsonObject) : { text };
      return { code: response.status, body: value, headers: response.headers };
    },
    async *watch(path) {
      const response = await fetch(server.url + path, { headers: { authorization }, signal: over.signal });
      let rest = "";
      for await (const chunk of response.body ?? []) {
        rest += Buffer.from(chunk as Uint8Array).toString("utf8");
        const lines = rest.split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) yield JSON.parse(line) as { type: string; object: JsonObject };
      }
    },
  };
}

export const configMap = (name: string, data: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});

export const configMaps = "/api/v1/namespaces/default/configmaps";
