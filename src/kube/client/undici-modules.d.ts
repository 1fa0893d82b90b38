// The package's entry loads fetch, WebSocket, caches and mocks too: 14 MB of resident memory that nothing here uses.
// Its dispatchers are loaded by their files; these are their types.
declare module "undici/lib/dispatcher/pool.js" {
  import { Pool } from "undici";
  export default Pool;
}
declare module "undici/lib/dispatcher/proxy-agent.js" {
  import { ProxyAgent } from "undici";
  export default ProxyAgent;
}
declare module "undici/lib/dispatcher/dispatcher.js" {
  import { Dispatcher } from "undici";
  export default Dispatcher;
}
declare module "undici/lib/api/index.js" {
  /** The methods of `Dispatcher` (`request`, `connect`, …), which the entry puts on its prototype. */
  const methods: object;
  export default methods;
}
declare module "undici/lib/api/api-request.js" {
  import type { Dispatcher } from "undici";
  /** `Dispatcher.request`, to be called with a dispatcher as `this`. */
  export default function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
}
