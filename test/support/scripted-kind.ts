import type { ServerResponse } from "node:http";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { sendJson, startScriptedServer } from "#test/support/scripted-server.ts";
import type { ScriptedRequest, ScriptedServer } from "#test/support/scripted-server.ts";

export const widgets: ResourceType = {
  group: "test.example",
  version: "v1",
  kind: "Widget",
  resource: "widgets",
  namespaced: true,
  verbs: ["get", "list", "watch"],
  preferred: true,
};

/** A widget as it arrives; the uid is the name. */
export function widget(name: string, resourceVersion: string | number): KubeObject {
  return {
    apiVersion: "test.example/v1",
    kind: "Widget",
    metadata: { name, namespace: "default", uid: name, resourceVersion: String(resourceVersion) },
  };
}

/** A watch that the client has opened and the test speaks on. */
export interface ScriptedWatch {
  readonly query: URLSearchParams;
  send(type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): void;
  bookmark(resourceVersion: string | number, annotations?: Readonly<Record<string, string>>): void;
  error(code: number, reason: string): void;
  /** Bytes as they are. */
  write(text: string): void;
  /** Ends the answer well. */
  end(): void;
  /** Breaks the connection. */
  cut(): void;
  readonly isClosed: boolean;
}

export interface ScriptedKind {
  readonly server: ScriptedServer;
  /** The next list request that is not answered yet. */
  nextList(): Promise<{ readonly query: URLSearchParams; readonly response: ServerResponse }>;
  /** Answers the next list request with a page. */
  page(
    items: readonly KubeObject[],
    metadata: { readonly resourceVersion: string | number; readonly continue?: string },
  ): Promise<URLSearchParams>;
  /** Accepts the next watch request. */
  nextWatch(): Promise<ScriptedWatch>;
  /** The next watch request, to be answered by the test. */
  nextWatchRequest(): Promise<{ readonly query: URLSearchParams; readonly response: ServerResponse }>;
  close(): Promise<void>;
}

interface Pending {
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
}

function createInbox<T>(): { put(item: T): void; take(): Promise<T> } {
  const items: T[] = [];
  const takers: ((item: T) => void)[] = [];
  return {
    put: (item) => {
      const taker = takers.shift();
      if (taker === undefined) items.push(item);
      else taker(item);
    },
    take: () => {
      const item = items.shift();
      return item === undefined ? new Promise((done) => takers.push(done)) : Promise.resolve(item);
    },
  };
}

/** An API server that serves widgets; every answer is given by the test. */
export async function startScriptedKind(): Promise<ScriptedKind> {
  const lists = createInbox<Pending>();
  const watches = createInbox<Pending>();
  const server = await startScriptedServer((request: ScriptedRequest, response) => {
    const inbox = request.query.has("watch") ? watches : lists;
    inbox.put({ query: request.query, response });
  });
  return {
    server,
    nextList: () => lists.take(),
    nextWatchRequest: () => watches.take(),
    page: async (items, metadata) => {
      const { query, response } = await lists.take();
      sendJson(response, 200, {
        apiVersion: "test.example/v1",
        kind: "WidgetList",
        metadata: { ...metadata, resourceVersion: String(metadata.resourceVersion) },
        items,
      });
      return query;
    },
    nextWatch: async () => {
      const { query, response } = await watches.take();
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      const send = (type: string, object: unknown): void => {
        response.write(`${JSON.stringify({ type, object })}\n`);
      };
      return {
        query,
        send,
        bookmark: (resourceVersion, annotations) =>
          send("BOOKMARK", {
            kind: "Widget",
            metadata: {
              resourceVersion: String(resourceVersion),
              ...(annotations === undefined ? {} : { annotations }),
            },
          }),
        error: (code, reason) => send("ERROR", { kind: "Status", code, reason, message: `test: ${reason}` }),
        write: (text) => {
          response.write(text);
        },
        end: () => {
          response.end();
        },
        cut: () => {
          response.destroy();
        },
        get isClosed() {
          return response.destroyed;
        },
      };
    },
    close: () => server.close(),
  };
}
