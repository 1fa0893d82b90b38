import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { lintDockerfile } from "#test/tools/image/lint-dockerfile.ts";
import { parseDockerfile } from "#test/tools/image/parse-dockerfile.ts";
import { runStages } from "#test/tools/image/run-stages.ts";

const good = `# a comment
FROM --platform=$BUILDPLATFORM node:24.21.0-slim AS build
WORKDIR /src
COPY a.txt b.txt ./
RUN cat a.txt \\
  b.txt > c.js

FROM node:24.21.0-slim
COPY --from=build /src/*.js /app/
USER 65532:65532
ENV A=b C=d
ENTRYPOINT ["node", "/app/c.js"]
CMD ["controller"]
`;

describe("the check of the Dockerfile", () => {
  test("finds nothing to say of ours", async () => {
    const file = fileURLToPath(new URL("../../../Dockerfile", import.meta.url));
    assert.deepEqual(lintDockerfile(parseDockerfile(await readFile(file, "utf8"))), []);
    assert.deepEqual(lintDockerfile(parseDockerfile(good)), []);
  });

  const cases: readonly (readonly [what: string, from: string, to: string, problem: RegExp])[] = [
    ["a base without a version", "node:24.21.0-slim AS", "node AS", /line 2: node is not pinned/],
    [
      "a base with a moving version",
      "FROM node:24.21.0-slim\n",
      "FROM node:24-slim\n",
      /line 8: node:24-slim is not/,
    ],
    ["a user by name", "USER 65532:65532", "USER node", /line 10: USER node: Kubernetes/],
    ["root", "USER 65532:65532", "USER 0", /line 10: USER 0: Kubernetes/],
    ["no user", "USER 65532:65532\n", "", /runs as root/],
    ["a step in the last stage", "USER 65532", "RUN true\nUSER 65532", /line 10: the last stage only copies/],
    ["a shell around the program", '["controller"]', "controller", /line 13: CMD goes through a shell/],
    ["a stage that is not there", "--from=build", "--from=built", /line 9: there is no stage built/],
    ["ADD", "COPY a.txt", "ADD a.txt", /line 4: ADD fetches/],
  ];
  for (const [what, from, to, problem] of cases) {
    test(`names ${what}`, () => {
      const text = good.replace(from, to);
      assert.notEqual(text, good);
      const problems = lintDockerfile(parseDockerfile(text));
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", problem);
    });
  }

  test("does the steps in folders of their own, and stops at one that fails", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "image-test-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, "a.txt"), "a");
    await writeFile(join(folder, "b.txt"), "b");
    const run = (text: string, name: string) =>
      runStages(parseDockerfile(text), {
        context: folder,
        folder: join(folder, name),
        env: { PATH: process.env["PATH"] },
        say: () => {},
      });
    const image = await run(good, "good");
    assert.deepEqual(await readdir(join(image.root, "app")), ["c.js"]);
    assert.equal(await readFile(join(image.root, "app/c.js"), "utf8"), "ab");
    const { user, env, command, defaultArgs } = image;
    assert.deepEqual(
      [user, env, command, defaultArgs],
      ["65532:65532", { A: "b", C: "d" }, ["node", "/app/c.js"], ["controller"]],
    );
    await assert.rejects(run(good.replace("RUN cat", "RUN exit 3; cat"), "bad"), /line 5: RUN .* code 3/);
    await assert.rejects(
      run(good.replace("b.txt ./", "z.txt ./"), "lacking"),
      /line 4: COPY finds no z\.txt/,
    );
  });
});
