// A provider that streams 50 chunks: at once, or as slowly as the model's name says (paced-200 is 200 ms).
"use strict";
const http = require("http");
const CHUNKS = 50;
const text = (model, n) =>
  `data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":${JSON.stringify(model)},` +
  `"choices":[{"index":0,"delta":{"content":"word ${n} "},"finish_reason":null}]}\n\n`;

const server = http.createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    let model = "desk-clerk";
    try {
      model = JSON.parse(Buffer.concat(pieces)).model || model;
    } catch {
      // Whoever looks whether it listens sends nothing.
    }
    const pace = /^paced-(\d+)$/.exec(model);
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
    let n = 0;
    const next = () => {
      if (response.destroyed) return;
      if (n === CHUNKS) {
        response.end("data: [DONE]\n\n");
        return;
      }
      response.write(text(model, n));
      n += 1;
      if (pace) setTimeout(next, Number(pace[1]));
      else setImmediate(next);
    };
    next();
  });
});
server.keepAliveTimeout = 60000;
server.listen(Number(process.argv[2]), "127.0.0.1", 4096);
