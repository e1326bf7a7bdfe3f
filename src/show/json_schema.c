#include "show/json_schema.h"

#include "explain/knowledge.h"
#include "show/json_report.h"

/* With ' for ", ~name for a reference to a definition, and @name@ for what put_part knows. */
static const char schema[] =
	"{'$schema':'https://json-schema.org/draft/2020-12/schema','title':'o2pop.check/1',"
	"'description':'A line of o2pop check --format json: a mailbox, the summary that ends a run over "
	"several, or an error. Members may be added: readers ignore what they do not know. The ids are those "
	"of version " O2POP_VERSION ".',"
	"'anyOf':[{~mailbox},{~summary},{~error}],'$defs':{"
	"'schema':{'const':'o2pop.check/1'},"
	"'moment':{'type':'string','pattern':'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'},"
	"'count':{'type':'integer','minimum':0},"
	"'exit':{'type':'integer','minimum':0,'maximum':10},"
	"'outcome':{'enum':['pass','warn','fail']},"
	"'text':{'type':'string'},"
	"'some':{'type':['string','null']},"
	"'texts':{'type':'array','items':{'type':'string'}},"
	"'who':{'enum':[@who@]},"
	"'certainty':{'enum':[@certainty@]},"
	"'step':{'enum':[@step@]},"
	"'fault':{'enum':[@fault@]},"
	"'cause':{'enum':[@cause@]},"
	"'lines':{'type':'array','items':{'type':'object','required':['kind','text'],'properties':{'kind':{"
	"'enum':['text','command']},'text':{'type':'string'}}}},"
	"'mailbox':{'type':'object','required':['schema','version','started','mailbox','verdict','exit','ms',"
	"'steps','causes','not_causes','powershell','warnings','support'],'properties':{'schema':{~schema},"
	"'version':{'type':'string'},'started':{~moment},'mailbox':{~some},'verdict':{~outcome},'exit':{~exit},"
	"'ms':{~count},'steps':{'description':'In the order of a check; one that was not asked for is not "
	"there.','type':'array','items':{~row}},'causes':{'description':'Of the first failure, the most likely "
	"first.','type':'array','maxItems':3,'items':{~explained}},'not_causes':{'description':'What the "
	"evidence rules out.',~texts},'powershell':{'description':'To paste into Exchange Online PowerShell; "
	"empty when it would not help.',~texts},'warnings':{'type':'array','items':{'type':'object',"
	"'required':['step','text'],'properties':{'step':{~step},'text':{'type':'string'}}}},'support':{"
	"'description':'What a support desk asks for.','type':'object','required':['trace_id','correlation_id',"
	"'timestamp','greeting_host'],'properties':{'trace_id':{~some},'correlation_id':{~some},'timestamp':{"
	"'anyOf':[{~moment},{'type':'null'}]},'greeting_host':{~some}}}}},"
	"'row':{'type':'object','required':['id','verdict','began_ms','ms','fault','num','evidence','because',"
	"'facts'],'properties':{'id':{~step},'verdict':{'enum':['pass','warn','fail','skip']},'began_ms':{"
	"'description':'Since the start of the run.',~count},'ms':{~count},'fault':{'anyOf':[{~fault},{"
	"'type':'null'}]},'num':{'description':'errno, resolver code, TLS alert, HTTP status, AADSTS code or "
	"seconds, by the kind of fault.','type':['integer','null']},'evidence':{'description':'What the peer "
	"said, made printable.',~some},'because':{'description':'Of a skip: the step that is its root cause.',"
	"'anyOf':[{~step},{'type':'null'}]},'facts':{'type':'object','properties':{@fact@}}},'allOf':[{'if':{"
	"'properties':{'verdict':{'const':'fail'}}},'then':{'properties':{'fault':{~fault}}}},{'if':{"
	"'properties':{'verdict':{'const':'skip'}}},'then':{'properties':{'because':{~step}}},'else':{"
	"'properties':{'because':{'type':'null'}}}}]},"
	"'explained':{'type':'object','required':['id','who','certainty','text','fix','verify'],'properties':{"
	"'id':{~cause},'who':{~who},'certainty':{~certainty},'text':{'type':'string'},'fix':{~lines},'verify':{"
	"~lines}}},"
	"'summary':{'type':'object','required':['schema','summary'],'properties':{'schema':{~schema},"
	"'summary':{'type':'object','required':['mailboxes','pass','warn','fail','exit','ms','causes'],"
	"'properties':{'mailboxes':{~count},'pass':{~count},'warn':{~count},'fail':{~count},'exit':{~exit},"
	"'ms':{~count},'causes':{'description':'The most likely cause of each failed mailbox.','type':'array',"
	"'items':{'type':'object','required':['id','who','mailboxes'],'properties':{'id':{~cause},'who':{~who},"
	"'mailboxes':{~texts}}}}}}}},"
	"'error':{'description':'Nothing was checked.','type':'object','required':['schema','error'],"
	"'properties':{'schema':{~schema},'error':{'type':'object','required':['fault','text','evidence',"
	"'exit'],'properties':{'fault':{~fault},'text':{'type':'string'},'evidence':{'type':'string'},'exit':{"
	"~count}}}}}}}\n";

static void put_fact(struct json_write *w, enum fact key)
{
	static const char *const form[][2] = {
		[ROW_TEXT] = { "type", "string" },
		[ROW_NUMBER] = { "type", "integer" },
		[ROW_MOMENT] = { "$ref", "#/$defs/moment" },
		[ROW_LIST] = { "$ref", "#/$defs/texts" },
	};
	struct span words = row_word(key, 0);

	json_write_open(w, row_fact_id(key), '{');
	if (row_fact_type(key) == ROW_WORD) {
		json_write_open(w, "enum", '[');
		for (int64_t i = 0; words.n != 0; words = row_word(key, ++i))
			json_write_text(w, NULL, words);
		json_write_close(w, ']');
	} else {
		json_write_z(w, form[row_fact_type(key)][0], form[row_fact_type(key)][1]);
	}
	json_write_close(w, '}');
}

static void put_part(struct buf *out, struct span name)
{
	struct json_write w = { .out = out };
	struct knowledge_template t;

	if (span_eq(name, SPAN("who")))
		for (int i = EXPLAIN_YOU; i <= EXPLAIN_MAIL; i++)
			json_write_z(&w, NULL, json_report_who[i]);
	if (span_eq(name, SPAN("certainty")))
		for (int i = EXPLAIN_KNOWN; i <= EXPLAIN_UNCONFIRMED; i++)
			json_write_z(&w, NULL, json_report_certainty[i]);
	if (span_eq(name, SPAN("step")))
		for (int i = 0; i < STEP__COUNT; i++)
			json_write_z(&w, NULL, step_table[i].id);
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
	bool reference = false;

	while (rest.n != 0) {
		struct span text = span_cut(rest, '@', &rest);

		for (size_t i = 0; i < text.n; i++) {
			bool name = text.p[i] >= 'a' && text.p[i] <= 'z';

			if (reference && !name)
				buf_byte(out, '"');
			reference = text.p[i] == '~' || (reference && name);
			if (text.p[i] == '~')
				buf_z(out, "\"$ref\":\"#/$defs/");
			else
				buf_byte(out, text.p[i] == '\'' ? '"' : text.p[i]);
		}
		put_part(out, span_cut(rest, '@', &rest));
	}
}
