/* The built-in template is the file, whole, and small enough to be sent as text. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/deploy.h"
#include "m2/file.h"

Test(deploy_template, is_the_file_and_fits_a_request)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_bytes file = { 0 };
    size_t size = 0;
    const char *text = m2_deploy_template(&size);
    cr_assert_eq(m2_file_read(&file, a, M2_SOURCE_DIR "/libcommon/deploy/template.yaml", 1 << 20, &err), 0);
    cr_assert_eq(size, file.n);
    cr_assert_eq(memcmp(text, file.p, size), 0);
    cr_assert_eq(text[size], '\0');
    cr_assert_leq(size, M2_DEPLOY_TEMPLATE_MAX);
    m2_arena_free(a);
}
