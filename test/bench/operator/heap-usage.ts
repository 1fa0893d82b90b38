import { once } from "node:events";
import type { OperatorProcess } from "./operator-process.ts";

const address = /Debugger listening on (ws:\/\/\S+)/;

interface Answer {
  readonly id?: number;
  readonly result?: { readonly usedSize?: number };
}

const openInspector = async (operator: OperatorProcess): Promise<WebSocket> => {
  const url = [...(await operator.log()).matchAll(new RegExp(address, "g"))].at(-1)?.[1];
  if (url === undefined) throw new Error("the operator was started without --inspect");
  const socket = new WebSocket(url);
  await once(socket, "open");
  return socket;
};

/** Bytes of the JavaScript heap in use after two forced collections. The operator must run with `--inspect`. */
export const readHeapAtRest = async (operator: OperatorProcess): Promise<number> => {
  const socket = await openInspector(operator);
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.addEventListener("message", ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  let lastId = 0;
  const call = (method: string): Promise<Answer> =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      socket.send(JSON.stringify({ id: lastId, method }));
    });
  try {
    // Finalizers of the first collection free what the second one collects.
    await call("HeapProfiler.collectGarbage");
    await call("HeapProfiler.collectGarbage");
    const { result } = await call("Runtime.getHeapUsage");
    if (result?.usedSize === undefined) throw new Error("the inspector does not tell the heap's size");
    return result.usedSize;
  } finally {
    socket.close();
  }
};
