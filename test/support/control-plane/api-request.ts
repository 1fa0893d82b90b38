import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

export interface ApiRequest {
  readonly url: string;
  readonly token?: string;
  /** PEM text of the authority to trust. Without it the certificate of an https server is not verified. */
  readonly ca?: string;
  readonly userAgent?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

const timeoutMs = 10_000;

/** One GET on a connection of its own, so that nothing is pooled across restarts. Rejects when the server cannot be reached. */
export const apiGet = ({ url, token, ca, userAgent }: ApiRequest): Promise<ApiAnswer> =>
  new Promise((resolve, reject) => {
    const headers = {
      "user-agent": userAgent ?? "control-plane-tests",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const options = { agent: false, headers, timeout: timeoutMs } as const;
    const sent = url.startsWith("https:")
      ? httpsRequest(url, { ...options, ...(ca === undefined ? { rejectUnauthorized: false } : { ca }) })
      : httpRequest(url, options);
    sent.once("timeout", () => sent.destroy(new Error(`${url} did not answer in ${timeoutMs / 1000} s`)));
    sent.once("error", reject);
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    sent.end();
  });
