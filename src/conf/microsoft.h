/* microsoft: ids that are the same in every tenant (facts 2.3). */
#ifndef CONF_MICROSOFT_H
#define CONF_MICROSOFT_H

#define MICROSOFT_NO_ID      "00000000-0000-0000-0000-000000000000" /* stands for none */
#define MICROSOFT_EXCHANGE   "00000002-0000-0ff1-ce00-000000000000" /* Office 365 Exchange Online */
#define MICROSOFT_SHAREPOINT "00000003-0000-0ff1-ce00-000000000000"
#define MICROSOFT_GRAPH      "00000003-0000-0000-c000-000000000000"
#define MICROSOFT_AAD_GRAPH  "00000002-0000-0000-c000-000000000000"
#define MICROSOFT_PERSONAL   "9188040d-6c67-4c5b-b112-36a304b66dad" /* the tenant of personal accounts */
#define MICROSOFT_SERVICES   "f8cdef31-a31e-4b4a-93e4-5f571e91255a" /* the tenant of Microsoft's services */

/* Client ids that many programs carry: Thunderbird's until 2024, and its present one. */
#define MICROSOFT_THUNDERBIRD_OLD "08162f7c-0fd2-4200-a84a-f25a4db0b584"
#define MICROSOFT_THUNDERBIRD     "9e5f94bc-e8a4-4e73-b8be-63364c29d753"

/* Roles of Exchange Online. */
#define MICROSOFT_ROLE_POP  "cb842b43-da6e-4506-86fe-bb12199c656d" /* POP.AccessAsApp */
#define MICROSOFT_ROLE_IMAP "5e5addcd-3e8d-4e90-baf5-964efab2b20a" /* IMAP.AccessAsApp */
#define MICROSOFT_ROLE_SMTP "7146a1f0-8703-45b3-9eae-527a64c00995" /* SMTP.SendAsApp */
#define MICROSOFT_ROLE_FULL "dc890d15-9560-4a4c-9b7f-a736ec74ec40" /* full_access_as_app */

#endif
