// Reports against their schema: node validate.mjs SCHEMA FILE...
// Prints "ok schema-NAME" or "FAIL schema-NAME" for each file, of which every line is one report, with what is wrong
// behind "#". Before that, it makes sure that the schema refuses what it has to refuse.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import Ajv from "ajv/dist/2020.js";

const [schemaFile, ...files] = process.argv.slice(2);
const schema = JSON.parse(readFileSync(schemaFile, "utf8"));

// Readers must take members that they do not know; the program must not have any that its schema does not.
function closed(node) {
	if (node === null || typeof node !== "object")
		return node;
	if (Array.isArray(node))
		return node.map(closed);
	const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
	return copy.type === "object" && copy.properties ? { ...copy, additionalProperties: false } : copy;
}

const lenient = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(closed(schema));
let bad = false;

function say(name, problems) {
	bad ||= problems.length > 0;
	console.log([`${problems.length ? "FAIL" : "ok"} schema-${name}`, ...problems.map((p) => `# ${p}`)].join("\n"));
}

function objections(report) {
	return validate(report) ? [] : validate.errors.map((e) => `${e.instancePath || "/"} ${e.message} ${JSON.stringify(e.params)}`);
}

function reports(file) {
	const lines = readFileSync(file, "utf8").split("\n").filter((line) => line !== "");
	return lines.map((line) => JSON.parse(line));
}

function judge(file) {
	try {
		const found = reports(file);
		return found.length ? found.flatMap(objections) : ["there is no report in it"];
	} catch (error) {
		return [String(error)];
	}
}

// Each of these changes makes a good report a bad one.
const mistakes = {
	"a member less": (r) => { delete r.support; },
	"another schema": (r) => { r.schema = "o2pop.check/2"; },
	"an unknown verdict": (r) => { r.verdict = "good"; },
	"an unknown step": (r) => { r.steps[0].id = "elsewhere"; },
	"a number as text": (r) => { r.exit = "0"; },
	"a line without its kind": (r) => { r.causes = [{ id: "throttled", who: "you", certainty: "known", text: "x", fix: ["y"], verify: [] }]; },
	"a list as text": (r) => { r.steps[0].facts.names = "a b"; },
	"a moment with a space": (r) => { r.started = "2026-11-23 20:43:46Z"; },
	"an unknown word": (r) => { r.steps[0].facts.imap_state = "ajar"; },
	"a failure without a fault": (r) => { Object.assign(r.steps[0], { verdict: "fail", fault: null }); },
	"a skip without a reason": (r) => { Object.assign(r.steps[0], { verdict: "skip", because: null }); },
	"a cause without a fix": (r) => { r.causes = [{ id: "throttled", who: "you", certainty: "known", text: "x", verify: [] }]; },
};

const good = files.find((file) => basename(file) === "pass.json") ?? files[0];
const missed = Object.keys(mistakes).filter((name) => {
	const report = reports(good)[0];
	mistakes[name](report);
	return lenient(report);
});
say("refuses-mistakes", missed.map((name) => `the schema takes ${name}`));

// Each of these leaves it a good one.
const additions = {
	"a member more": (r) => { r.more = 1; },
	"an unknown fact": (r) => { r.steps[0].facts.colour = "green"; },
	"a step with more": (r) => { r.steps[0].more = {}; },
};

const refused = Object.keys(additions).filter((name) => {
	const report = reports(good)[0];
	additions[name](report);
	return !lenient(report);
});
say("takes-additions", refused.map((name) => `the schema refuses ${name}`));
for (const file of files)
	say(basename(file, ".json"), judge(file));
process.exit(bad ? 1 : 0);
