/* What a user agent server asks of a body: RFC 3261 8.2.3, 20.11, 20.12, 20.15, 21.4.13, 21.4.26 and 23.2; RFC 5621. Bodies of
 * methods whose package or application says what they hold (MESSAGE, INFO, NOTIFY, PUBLISH …) are not judged by type. */
#include "judge.h"

#include "multipart.h"

/* Type and subtype, both without case. */
static bool is_type(const ss_media *media, const char *type, const char *subtype)
{
    return ss_slice_eq_nocase(media->type, ss_slice_from(type)) &&
           ss_slice_eq_nocase(media->subtype, ss_slice_from(subtype));
}

static bool is_multipart(const ss_media *media)
{
    return ss_slice_eq_nocase(media->type, SS_LIT("multipart"));
}

static bool is_known(const ss_media *media)
{
    return is_type(media, "application", "sdp") || is_type(media, "message", "sip") ||
           is_type(media, "message", "sipfrag") || is_type(media, "text", "plain") ||
           is_type(media, "application", "pkcs7-signature");
}

static bool is_known_multipart(const ss_media *media)
{
    return is_type(media, "multipart", "mixed") || is_type(media, "multipart", "alternative") ||
           is_type(media, "multipart", "related") || is_type(media, "multipart", "signed");
}

/* The method says what its bodies hold; so the types that this element knows are all that it takes. */
static bool judges_types(ss_method method)
{
    return method == SS_METHOD_INVITE || method == SS_METHOD_ACK || method == SS_METHOD_PRACK ||
           method == SS_METHOD_UPDATE || method == SS_METHOD_OPTIONS ||
           method == SS_METHOD_REGISTER;
}

/* RFC3261:20.11 "handling=optional" */
static bool is_optional(ss_slice disposition)
{
    ss_typed typed;
    ss_flaw flaw;
    if (disposition.at == NULL ||
        ss_typed_parse(SS_HDR_CONTENT_DISPOSITION, disposition, &typed, &flaw) != SS_OK) {
        return false;
    }
    for (unsigned i = 1; i < typed.part_count && i < SS_PARTS_MAX; i++) {
        if (typed.parts[i].name != NULL) { /* handling is the only one that has a rule */
            return ss_slice_eq_nocase(typed.parts[i].text, SS_LIT("optional"));
        }
    }
    return false;
}

static bool judge_encoding(ss_judging *j, ss_slice coding)
{
    return ss_slice_eq_nocase(coding, SS_LIT("identity")) ||
           ss_judging_refuse(j, SS_VERDICT_UNACCEPTABLE, coding.at, SS_HDR_CONTENT_ENCODING,
                             (ss_ruling){ "RFC3261:8.2.3",
                                          "a content coding that this element does not understand",
                                          415 });
}

static bool judge_type(ss_judging *j, const ss_media *media)
{
    if (is_type(media, "application", "pkcs7-mime")) {
        return ss_judging_refuse(
            j, SS_VERDICT_UNACCEPTABLE, media->type.at, SS_HDR_CONTENT_TYPE,
            (ss_ruling){ "RFC3261:23.2", "a body that this element has no key to decipher", 493 });
    }
    if (is_multipart(media) ? is_known_multipart(media)
                            : is_known(media) || !judges_types(j->msg->method)) {
        return true;
    }
    return ss_judging_refuse(
        j, SS_VERDICT_UNACCEPTABLE, media->type.at, SS_HDR_CONTENT_TYPE,
        (ss_ruling){ "RFC3261:8.2.3", "a media type that this element does not understand", 415 });
}

static bool judge_part(ss_judging *j, const ss_body_part *part)
{
    ss_media media;
    ss_flaw flaw;
    if (is_optional(part->disposition)) {
        return true;
    }
    if (part->encoding.at != NULL && !judge_encoding(j, part->encoding)) {
        return false;
    }
    return part->type.at == NULL || ss_media_parse(part->type, &media, &flaw) != SS_OK ||
           judge_type(j, &media);
}

static bool judge_parts(ss_judging *j, const ss_media *media)
{
    ss_multipart walk;
    ss_body_part part;
    ss_flaw flaw;
    if (!ss_multipart_begin(&walk, j->msg->body, media->boundary, j->options->limits.nesting)) {
        return ss_judging_refuse(j, SS_VERDICT_REJECT, media->type.at, SS_HDR_CONTENT_TYPE,
                                 (ss_ruling){ "RFC2046:5.1.1",
                                              "a multipart type lacks a boundary, or has a bad one",
                                              400 });
    }
    ss_status status;
    while ((status = ss_multipart_next(&walk, &part, &flaw)) == SS_OK) {
        if (!judge_part(j, &part)) {
            return false;
        }
    }
    return status == SS_NONE ||
           ss_judging_refuse(j,
                             status == SS_ERR_SYNTAX ? SS_VERDICT_REJECT : SS_VERDICT_UNACCEPTABLE,
                             j->msg->body.at + flaw.offset, SS_HDR_COUNT,
                             (ss_ruling){ flaw.section, flaw.sentence, 400 });
}

/* RFC3261:8.2.3; a body whose handling is optional is left aside when it is not understood. */
bool ss_judge_body(ss_judging *j)
{
    const ss_msg *msg = j->msg;
    ss_value_iter it = { 0 };
    ss_slice coding;
    ss_media media;
    ss_flaw flaw;
    if (msg->body.len == 0 || is_optional(ss_msg_value(msg, SS_HDR_CONTENT_DISPOSITION, 0))) {
        return true;
    }
    while (ss_msg_next_value(msg, SS_HDR_CONTENT_ENCODING, &it, &coding) == SS_OK) {
        if (!judge_encoding(j, coding)) {
            return false;
        }
    }
    if (msg->first[SS_HDR_CONTENT_TYPE] == 0) { /* RFC3261:20.15 must be there */
        return j->options->tolerant ||
               ss_judging_refuse(j, SS_VERDICT_UNACCEPTABLE, msg->body.at, SS_HDR_CONTENT_TYPE,
                                 (ss_ruling){ "RFC3261:20.15", "a body has a Content-Type", 400 });
    }
    if (ss_media_parse(ss_msg_value(msg, SS_HDR_CONTENT_TYPE, 0), &media, &flaw) != SS_OK ||
        !judge_type(j, &media)) {
        return j->verdict == SS_VERDICT_ACCEPT;
    }
    return !is_multipart(&media) || judge_parts(j, &media);
}
