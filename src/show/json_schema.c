#include "show/json_schema.h"

#include "explain/knowledge.h"
#include "show/json_report.h"

/* With ' for ", and @name@ for the members or elements that put_part knows. */
static const char schema[] =
	"{'$schema':'https://json-schema.org/draft/2020-12/schema','title':'o2pop.check/1',"
	"'description':'A line of o2pop check --format json: a mailbox, the summary that ends a run over several, or an "
	"error. Members may be added: readers ignore what they do not know. The ids are those of version " O2POP_VERSION
	".',"
	"'anyOf':[{'$ref':'#/$defs/mailbox'},{'$ref':'#/$defs/summary'},{'$ref':'#/$defs/error'}],'$defs':{"
	"'schema':{'const':'o2pop.check/1'},"
	"'moment':{'type':'string','pattern':'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'},"
	"'count':{'type':'integer','minimum':0},"
	"'exit':{'type':'integer','minimum':0,'maximum':10},"
	"'outcome':{'enum':['pass','warn','fail']},"
	"'text':{'type':'string'},"
	"'some':{'type':['string','null']},"
	"'texts':{'type':'array','items':{'type':'string'}},"
	"'who':{'enum':[@who@]},'certainty':{'enum':[@certainty@]},"
	"'step':{'enum':[@step@]},'fault':{'enum':[@fault@]},'cause':{'enum':[@cause@]},"
	"'lines':{'type':'array','items':{'type':'object','required':['kind','text'],'properties':{"
	"'kind':{'enum':['text','command']},'text':{'type':'string'}}}},"
	"'mailbox':{'type':'object','required':['schema','version','started','mailbox','verdict','exit','ms','steps',"
	"'causes','not_causes','powershell','warnings','support'],'properties':{"
	"'schema':{'$ref':'#/$defs/schema'},'version':{'type':'string'},'started':{'$ref':'#/$defs/moment'},"
	"'mailbox':{'$ref':'#/$defs/some'},'verdict':{'$ref':'#/$defs/outcome'},'exit':{'$ref':'#/$defs/exit'},"
	"'ms':{'$ref':'#/$defs/count'},"
	"'steps':{'description':'In the order of a check; one that was not asked for is not there.','type':'array',"
	"'items':{'$ref':'#/$defs/row'}},"
	"'causes':{'description':'Of the first failure, the most likely first.','type':'array','maxItems':3,"
	"'items':{'$ref':'#/$defs/explained'}},"
	"'not_causes':{'description':'What the evidence rules out.','$ref':'#/$defs/texts'},"
	"'powershell':{'description':'To paste into Exchange Online PowerShell; empty when it would not help.',"
	"'$ref':'#/$defs/lines'},"
	"'warnings':{'type':'array','items':{'type':'object','required':['step','text'],'properties':{"
	"'step':{'$ref':'#/$defs/step'},'text':{'type':'string'}}}},"
	"'support':{'description':'What a support desk asks for.','type':'object','required':['trace_id',"
	"'correlation_id','timestamp','greeting_host'],'properties':{'trace_id':{'$ref':'#/$defs/some'},"
	"'correlation_id':{'$ref':'#/$defs/some'},'timestamp':{'anyOf':[{'$ref':'#/$defs/moment'},{'type':'null'}]},"
	"'greeting_host':{'$ref':'#/$defs/some'}}}}},"
	"'row':{'type':'object','required':['id','verdict','began_ms','ms','fault','num','evidence','because','facts'],"
	"'properties':{'id':{'$ref':'#/$defs/step'},'verdict':{'enum':['pass','warn','fail','skip']},"
	"'began_ms':{'description':'Since the start of the run.','$ref':'#/$defs/count'},'ms':{'$ref':'#/$defs/count'},"
	"'fault':{'anyOf':[{'$ref':'#/$defs/fault'},{'type':'null'}]},"
	"'num':{'description':'errno, resolver code, TLS alert, HTTP status, AADSTS code or seconds, by the kind of "
	"fault.','type':['integer','null']},"
	"'evidence':{'description':'What the peer said, made printable.','$ref':'#/$defs/some'},"
	"'because':{'description':'Of a skip: the step that is its root cause.','anyOf':[{'$ref':'#/$defs/step'},"
	"{'type':'null'}]},"
	"'facts':{'type':'object','properties':{@fact@}}},"
	"'allOf':[{'if':{'properties':{'verdict':{'const':'fail'}}},'then':{'properties':{'fault':{"
	"'$ref':'#/$defs/fault'}}}},{'if':{'properties':{'verdict':{'const':'skip'}}},'then':{'properties':{'because':{"
	"'$ref':'#/$defs/step'}}},'else':{'properties':{'because':{'type':'null'}}}}]},"
	"'explained':{'type':'object','required':['id','who','certainty','text','fix','verify'],'properties':{"
	"'id':{'$ref':'#/$defs/cause'},'who':{'$ref':'#/$defs/who'},'certainty':{'$ref':'#/$defs/certainty'},"
	"'text':{'type':'string'},'fix':{'$ref':'#/$defs/lines'},'verify':{'$ref':'#/$defs/lines'}}},"
	"'summary':{'type':'object','required':['schema','summary'],'properties':{'schema':{'$ref':'#/$defs/schema'},"
	"'summary':{'type':'object','required':['mailboxes','pass','warn','fail','exit','ms','causes'],'properties':{"
	"'mailboxes':{'$ref':'#/$defs/count'},'pass':{'$ref':'#/$defs/count'},'warn':{'$ref':'#/$defs/count'},"
	"'fail':{'$ref':'#/$defs/count'},'exit':{'$ref':'#/$defs/exit'},'ms':{'$ref':'#/$defs/count'},"
	"'causes':{'description':'The most likely cause of each failed mailbox.','type':'array','items':{"
	"'type':'object','required':['id','who','mailboxes'],'properties':{'id':{'$ref':'#/$defs/cause'},"
	"'who':{'$ref':'#/$defs/who'},'mailboxes':{'$ref':'#/$defs/texts'}}}}}}}},"
	"'error':{'description':'Nothing was checked.','type':'object','required':['schema','error'],'properties':{"
	"'schema':{'$ref':'#/$defs/schema'},'error':{'type':'object','required':['fault','text','evidence','exit'],"
	"'properties':{'fault':{'$ref':'#/$defs/fault'},'text':{'type':'string'},'evidence':{'type':'string'},"
	"'exit':{'$ref':'#/$defs/count'}}}}}}}\n";

static void put_fact(struct json_write *w, enum fact key)
{
	struct span words = row_word(key, 0);

	json_write_open(w, row_fact_id(key), '{');
	switch (row_fact_type(key)) {
	case ROW_TEXT:
		json_write_z(w, "type", "string");
		break;
	case ROW_NUMBER:
		json_write_z(w, "type", "integer");
		break;
	case ROW_MOMENT:
		json_write_z(w, "$ref", "#/$defs/moment");
		break;
	case ROW_LIST:
		json_write_z(w, "$ref", "#/$defs/texts");
		break;
	case ROW_WORD:
		json_write_open(w, "enum", '[');
		for (int64_t i = 0; words.n != 0; words = row_word(key, ++i))
			json_write_text(w, NULL, words);
		json_write_close(w, ']');
		break;
	}
	json_write_close(w, '}');
}

static void put_part(struct buf *out, struct span name)
{
	struct json_write w = { .out = out };
	struct knowledge_template t;

	if (span_eq(name, SPAN("who")))
		for (int i = EXPLAIN_YOU; i <= EXPLAIN_MAIL; i++)
			json_write_z(&w, NULL, json_report_who((enum explain_who)i));
	if (span_eq(name, SPAN("certainty")))
		for (int i = EXPLAIN_KNOWN; i <= EXPLAIN_UNCONFIRMED; i++)
			json_write_z(&w, NULL, json_report_certainty((enum explain_certainty)i));
	if (span_eq(name, SPAN("step")))
		for (int i = 0; i < STEP__COUNT; i++)
			json_write_z(&w, NULL, step_id((enum step)i));
	if (span_eq(name, SPAN("fault")))
		for (int i = FAULT_NONE + 1; i < FAULT__COUNT; i++)
			json_write_z(&w, NULL, fault_id((enum fault_code)i));
	if (span_eq(name, SPAN("fact")))
		for (int i = 0; i < FACT__COUNT; i++)
			put_fact(&w, (enum fact)i);
	if (!span_eq(name, SPAN("cause")))
		return;
	for (int i = CAUSE_NONE + 1; i < CAUSE__COUNT; i++) {
		knowledge_cause((enum cause)i, &t);
		json_write_z(&w, NULL, t.id);
	}
}

void json_schema_put(struct buf *out)
{
	struct span rest = span_z(schema);

	while (rest.n != 0) {
		struct span text = span_cut(rest, '@', &rest);

		for (size_t i = 0; i < text.n; i++)
			buf_byte(out, text.p[i] == '\'' ? '"' : text.p[i]);
		put_part(out, span_cut(rest, '@', &rest));
	}
}
