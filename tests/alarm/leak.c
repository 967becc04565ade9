/* Leaks on purpose: Criterion alone calls this a pass, so CTest must see the sanitizer's report and call it a
 * failure. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(alarm, leaks)
{
    char *volatile lost = malloc(64);
    cr_assert(lost);
    memset(lost, 1, 64);
    lost = NULL;
}
