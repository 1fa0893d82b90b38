import type { ContextAnswer, ContextRequest } from "#engine/context/context-source.ts";
import type { Json } from "#engine/values/json.ts";

import { UsageError } from "../usage-error.ts";
import type { ApiCallResponse } from "./test-file.ts";

type CallRequest = Extract<ContextRequest, { kind: "apiCall" | "service" }>;

/** The answer to a call that a test declares; undefined where it declares none. */
export type MockedCalls = (request: CallRequest) => ContextAnswer | undefined;

/**
 * Answers to calls by URL or, within the cluster, by path. One that names the method wins over one for all methods.
 * Throws a `UsageError` for an answer that is none.
 */
export function mockCalls(responses: readonly ApiCallResponse[]): MockedCalls {
  const byKey = new Map<string, ApiCallResponse>();
  for (const [index, response] of responses.entries()) {
    const key = keyOf(response, `apiCallResponses[${index}]`);
    if (byKey.has(key)) throw new UsageError(`apiCallResponses[${index}]: ${key} is answered twice`);
    byKey.set(key, response);
  }
  return (request) => {
    const target = request.kind === "apiCall" ? request.urlPath : request.url;
    const found = byKey.get(`${request.method}:${target}`) ?? byKey.get(target);
    if (found === undefined) return undefined;
    return request.kind === "service" && request.wholeResponse === true
      ? wholeAnswer(found)
      : answerOf(found, target);
  };
}

function keyOf({ url = "", urlPath = "", method = "" }: ApiCallResponse, place: string): string {
  if ((url === "") === (urlPath === "")) throw new UsageError(`${place}: give either url or urlPath`);
  if (url !== "" && !/^https?:\/\/./.test(url)) {
    throw new UsageError(`${place}.url: ${url} is no absolute http or https URL`);
  }
  if (urlPath !== "" && !urlPath.startsWith("/")) {
    throw new UsageError(`${place}.urlPath: ${urlPath} does not begin with /`);
  }
  const target = url === "" ? urlPath : url;
  return method === "" ? target : `${method}:${target}`;
}

function answerOf({ response }: ApiCallResponse, target: string): ContextAnswer {
  const { statusCode = 200, body } = response;
  if (statusCode >= 200 && statusCode < 300) return { kind: "value", value: body as Json };
  return { kind: "failed", message: `${target} answers with status ${statusCode}: ${JSON.stringify(body)}` };
}

/** For CEL any status is an answer. Unlike that of a real call, what a test declares stands below `body`. */
function wholeAnswer({ response: { statusCode = 200, body } }: ApiCallResponse): ContextAnswer {
  return { kind: "value", value: { statusCode, body: { body: body as Json } } };
}
