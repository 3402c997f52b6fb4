// SPDX-License-Identifier: MIT
/* recipe.c - see recipe.h. */
#include "harness/oracle/recipe.h"

/* A file of this folder as bytes of this program. Aligned: some machines have no odd addresses of
 * variables.
 */
#define CARRY(id, file)                                                                            \
	__asm__(".pushsection .rodata\n"                                                           \
		".balign 8\n"                                                                      \
		".globl recipe_" #id "_text\n"                                                     \
		"recipe_" #id "_text:\n"                                                           \
		".incbin \"harness/oracle/" file "\"\n"                                            \
		"0:\n"                                                                             \
		".balign 8\n"                                                                      \
		".globl recipe_" #id "_len\n"                                                      \
		"recipe_" #id "_len:\n"                                                            \
		".long 0b - recipe_" #id "_text\n"                                                 \
		".popsection\n");                                                                  \
	extern const char recipe_##id##_text[];                                                    \
	extern const u32 recipe_##id##_len;

CARRY(uml, "uml.config")
CARRY(coverage, "gcov.config")
#define P(id, file) CARRY(id, "patches/" file)
#include "harness/oracle/patches/patches.def"
#undef P

struct carried {
	const char *name, *text;
	const u32 *len;
};

/* How long they are only the assembler knows. */
static const struct carried configs[] = {
	{ "uml.config", recipe_uml_text, &recipe_uml_len },
	{ "gcov.config", recipe_coverage_text, &recipe_coverage_len },
};
static const struct carried patches[] = {
#define P(id, file) { (file), recipe_##id##_text, &recipe_##id##_len },
#include "harness/oracle/patches/patches.def"
#undef P
};

static struct recipe_file nth(const struct carried *list, u32 nr, u32 n)
{
	if (n >= nr)
		return (struct recipe_file){ .name = NULL };
	return (struct recipe_file){ list[n].name, list[n].text, *list[n].len };
}

struct recipe_file recipe_config(u32 n)
{
	return nth(configs, ARRAY_SIZE(configs), n);
}

struct recipe_file recipe_patch(u32 n)
{
	return nth(patches, ARRAY_SIZE(patches), n);
}

static void hash_of(struct recipe_file (*file)(u32 n), u32 nr, char to[SHA256_HEX])
{
	struct sha256 h;

	sha256_init(&h);
	for (u32 i = 0; i < nr && file(i).name != NULL; i++)
		sha256_add(&h, file(i).text, file(i).len);
	sha256_final(&h, to);
}

void recipe_hashes(bool coverage, char config[SHA256_HEX], char patches_of[SHA256_HEX])
{
	hash_of(recipe_config, coverage ? 2 : 1, config);
	hash_of(recipe_patch, U32_MAX, patches_of);
}
