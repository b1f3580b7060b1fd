// What the peers on Node.js share: the plan comes in as JSON lines, the log goes out as JSON lines.
"use strict";
const fs = require("fs");

exports.plan = () => fs.readFileSync(0, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
exports.log = (entry) => fs.writeSync(1, JSON.stringify(entry) + "\n");

// Carries the plan out one by one, or all at once; `call` gives a promise, or undefined where the stack has no such
// call; `judge` turns its error into {outcome, code}.
exports.carryOut = async (plan, call, judge, atOnce) => {
  const one = async (request) => {
    let answer;
    try {
      answer = call(request);
      if (answer === undefined) return;
      await answer;
      exports.log({...request, outcome: "ok"});
    } catch (error) {
      exports.log({...request, ...judge(error)});
    }
  };
  if (atOnce) return Promise.all(plan.map(one));
  for (const request of plan) await one(request);
};
