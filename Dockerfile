# One bundle, no package manager, no shell scripts, not root. Any platform that the base image is built for.
FROM --platform=$BUILDPLATFORM node:24.21.0-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY src src
COPY test/tools test/tools
RUN npm run -s bundle

FROM node:24.21.0-slim
LABEL org.opencontainers.image.title="Rearguard" \
      org.opencontainers.image.description="Judges what already runs against Kyverno policies and keeps PolicyReports true"
COPY --from=build --chown=0:0 /src/package.json /src/dist/*.js /app/
USER 65532:65532
# One arena for native allocations: with one per thread, glibc keeps for each of them what it once needed.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1
# Objects are judged and dropped, so little lives long: a small nursery and a slowly growing heap keep the peak low.
ENTRYPOINT ["node", "--max-semi-space-size=8", "--heap-growing-percent=30", "/app/rearguard.js"]
CMD ["controller"]
