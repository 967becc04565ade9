#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "m2/buf.h"
#include "m2/xml.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void write_node(struct m2_buf *b, const struct m2_xml *n)
{
    m2_buf_addf(b, "<%s", n->name);
    for (size_t i = 0; i < n->n_attrs; i++)
        m2_buf_addf(b, " %s=%s", n->attrs[i].name, n->attrs[i].value);
    m2_buf_addf(b, ">%s", n->text);
    for (const struct m2_xml *c = n->first; c; c = c->next)
        write_node(b, c);
    m2_buf_adds(b, "</>");
}

Test(xml, trees)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "<a/>", "<a></>" },
        { "<?xml version='1.0'?>\n<a x='1' y='2'>t<b/>u<b>v</b>w</a>\n", "<a x=1 y=2>tuw<b></><b>v</></>" },
        { "<s:E xmlns:s='urn:x' xmlns='urn:y' s:t='g'><s:B> a\n</s:B></s:E>", "<E t=g><B> a\n</></>" },
        { "<a>&lt;&#233;&amp;<![CDATA[<x>]]></a>", "<a><\xc3\xa9&<x></>" },
        { "<a><!-- c -->x<?pi y?>z</a>", "<a>xz</>" },
        { "\xef\xbb\xbf<a/>", "<a></>" },
        { "<a:/>", "<a:></>" },
        { "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", "<a>\xc3\xa9</>" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_xml *n = NULL;
        struct m2_buf b;
        m2_buf_init(&b, 1000);
        cr_assert_eq(m2_xml_parse(&n, a, m2_bytes_of(cases[i].text), &err), 0, "%s: %s", cases[i].text,
                     err.msg);
        write_node(&b, n);
        cr_assert_str_eq(b.data, cases[i].want);
        m2_buf_free(&b);
        m2_arena_free(a);
    }
}

Test(xml, faults_have_their_place)
{
    static const struct {
        const char *text, *want;
        enum m2_errc code;
    } cases[] = {
        { "", "XML, line 1, column 1: the text ends before its first element is complete", M2_EPROTO },
        { "<a>\n<b>", "XML, line 2, column 4: the text ends in the middle of <b>", M2_EPROTO },
        { "<a", "XML, line 1, column 1: the text ends before its first element is complete", M2_EPROTO },
        { "<a></b>", "XML, line 1, column 6: mismatched tag", M2_EPROTO },
        { "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
          "XML, line 1, column 13: a document type declaration is not accepted", M2_EPROTO },
        { "<a>&x;</a>", "XML, line 1, column 4: undefined entity", M2_EPROTO },
        { "{\"a\":1}", "XML, line 1, column 1: not well-formed (invalid token)", M2_EPROTO },
        { "<a>\xff</a>", "XML, line 1, column 4: not well-formed (invalid token)", M2_EPROTO },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_xml *n = NULL;
        cr_assert_eq(m2_xml_parse(&n, a, m2_bytes_of(cases[i].text), &err), -1, "%s", cases[i].text);
        cr_assert_null(n);
        cr_assert_eq(err.code, cases[i].code);
        cr_assert_str_eq(err.msg, cases[i].want);
        m2_arena_free(a);
    }
}

Test(xml, cut_at_every_byte)
{
    static const char text[] =
        "<?xml version=\"1.0\"?><r x=\"1\">\n<m>a &amp; \xc3\xa9</m><![CDATA[q]]><!-- c --></r>";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_xml *v = NULL;
        char *cut = m2_xmalloc(n);
        memcpy(cut, text, n);
        cr_assert_eq(m2_xml_parse(&v, a, (struct m2_bytes){ cut, n }, &err), -1, "accepted %zu bytes", n);
        cr_assert(strstr(err.msg, "the text ends"), "%zu: %s", n, err.msg);
        free(cut);
        m2_arena_free(a);
    }
}

Test(xml, depth_and_long_text_in_pieces)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_xml *v = NULL;
    struct m2_buf b;
    m2_buf_init(&b, 1 << 24);
    for (int depth = 64; depth <= 65; depth++) {
        m2_buf_reset(&b);
        for (int i = 0; i < depth; i++)
            m2_buf_adds(&b, "<d>");
        for (int i = 0; i < depth; i++)
            m2_buf_adds(&b, "</d>");
        cr_assert_eq(m2_xml_parse(&v, a, (struct m2_bytes){ b.data, b.len }, &err), depth == 64 ? 0 : -1);
    }
    cr_assert_eq(err.code, M2_ELIMIT);
    m2_buf_reset(&b);
    m2_buf_adds(&b, "<d>");
    for (int i = 0; i < 300000; i++)
        m2_buf_adds(&b, "\xc3\xa9 &lt;x&gt;\n");
    m2_buf_adds(&b, "</d>");
    cr_assert_eq(m2_xml_parse(&v, a, (struct m2_bytes){ b.data, b.len }, &err), 0, "%s", err.msg);
    cr_assert_eq(strlen(v->text), 7 * 300000); /* two bytes of \u00e9, a space, "<x>", a line end */
    m2_buf_free(&b);
    m2_arena_free(a);
}

Test(xml, looking_things_up)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_xml *v = NULL;
    cr_assert_eq(m2_xml_parse(&v, a, m2_bytes_of("<r k='1'><i>1</i><j/><i>2</i></r>"), &err), 0);
    const struct m2_xml *i = m2_xml_child(v, "i");
    cr_assert_str_eq(i->text, "1");
    i = m2_xml_next_same(i);
    cr_assert_str_eq(i->text, "2");
    cr_assert_null(m2_xml_next_same(i));
    cr_assert_null(m2_xml_next_same(NULL));
    cr_assert_null(m2_xml_child(NULL, "i"));
    cr_assert_null(m2_xml_child(v, "I"));
    cr_assert_str_eq(m2_xml_attr_value(v, "k"), "1");
    cr_assert_null(m2_xml_attr_value(v, "z"));
    cr_assert_null(m2_xml_attr_value(NULL, "z"));
    m2_arena_free(a);
}
