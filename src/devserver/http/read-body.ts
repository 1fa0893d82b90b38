import type { IncomingMessage } from "node:http";
import { builtinType, builtinTypeName, builtinTypes } from "../builtin/builtin-types.ts";
import { ApiFailure, badRequest } from "../errors/api-failure.ts";
import type { TypeSchema } from "../schema/type-schema.ts";
import { decodeProtobuf, protobufType } from "./decode-protobuf.ts";

const maxBodyBytes = 3 * 1024 * 1024;

/** A body as text, and what the text is: protobuf is turned into JSON. */
export interface RequestBody {
  readonly body: string;
  readonly contentType: string;
}

/** Reads the body of a request. Throws a 413 for more than the API server takes. */
export async function readRequestBody(message: IncomingMessage): Promise<RequestBody> {
  const bytes = await readBytes(message);
  const contentType = message.headers["content-type"] ?? "";
  if (!contentType.startsWith(protobufType)) return { body: bytes.toString("utf8"), contentType };
  if (bytes.length === 0) return { body: "", contentType: "application/json" };
  return { body: JSON.stringify(decodeProtobuf(bytes, schemaOf)), contentType: "application/json" };
}

function schemaOf(apiVersion: string, kind: string): TypeSchema | undefined {
  if (kind === "DeleteOptions") return builtinType("meta.v1.DeleteOptions");
  const [first = "", second] = apiVersion.split("/");
  return builtinTypes.get(builtinTypeName(second === undefined ? "" : first, second ?? first, kind));
}

async function readBytes(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message) {
      const buffer = chunk as Buffer;
      bytes += buffer.length;
      if (bytes > maxBodyBytes) {
        throw new ApiFailure({
          code: 413,
          reason: "RequestEntityTooLarge",
          message: `Request entity too large: limit is ${maxBodyBytes}`,
        });
      }
      chunks.push(buffer);
    }
  } catch (error) {
    if (error instanceof ApiFailure) throw error;
    throw badRequest(`the body of the request could not be read: ${String(error)}`);
  }
  return Buffer.concat(chunks);
}
