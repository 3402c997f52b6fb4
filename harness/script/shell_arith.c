// SPDX-License-Identifier: MIT
/* shell_arith.c - $((...)): numbers of 64 bits, + - * / % << >> and parentheses, by two stacks. */
#include "harness/script/shell_internal.h"

enum { ARITH_DEPTH = 64 };

enum op { OP_OPEN, OP_SHL, OP_SHR, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_NEG, OP_NOT, OP_POS };
static const u8 binds[] = {
	[OP_OPEN] = 0, [OP_SHL] = 1, [OP_SHR] = 1, [OP_ADD] = 2, [OP_SUB] = 2, [OP_MUL] = 3,
	[OP_DIV] = 3,  [OP_MOD] = 3, [OP_NEG] = 4, [OP_NOT] = 4, [OP_POS] = 4,
};

struct arith {
	const char *at, *end;
	s64 value[ARITH_DEPTH];
	u8 op[ARITH_DEPTH];
	u32 values, ops;
	const char *wrong;
};

static bool push_value(struct arith *a, s64 v)
{
	if (a->values == ARITH_DEPTH) {
		a->wrong = "too many parts";
		return false;
	}
	a->value[a->values++] = v;
	return true;
}

static bool push_op(struct arith *a, enum op op)
{
	if (a->ops == ARITH_DEPTH) {
		a->wrong = "too many parts";
		return false;
	}
	a->op[a->ops++] = (u8)op;
	return true;
}

static bool divide(struct arith *a, enum op op, s64 x, s64 y, s64 *to)
{
	if (y == 0)
		a->wrong = "division by zero";
	else if (x == INT64_MIN && y == -1)
		a->wrong = "a result that is too large";
	else
		*to = op == OP_DIV ? x / y : x % y;
	return a->wrong == NULL;
}

static bool shift(struct arith *a, enum op op, s64 x, s64 y, s64 *to)
{
	if (y < 0 || y > 63)
		a->wrong = "a shift by less than 0 or more than 63";
	else if (op == OP_SHL)
		*to = (s64)((u64)x << y);
	else
		*to = x < 0 ? ~(s64)(~(u64)x >> y) : x >> y;
	return a->wrong == NULL;
}

static bool binary(struct arith *a, enum op op, s64 x, s64 y, s64 *to)
{
	switch (op) {
	case OP_ADD:
		*to = (s64)((u64)x + (u64)y);
		return true;
	case OP_SUB:
		*to = (s64)((u64)x - (u64)y);
		return true;
	case OP_MUL:
		*to = (s64)((u64)x * (u64)y);
		return true;
	case OP_DIV:
	case OP_MOD:
		return divide(a, op, x, y, to);
	default:
		return shift(a, op, x, y, to);
	}
}

/* Does what binds at least so much. */
static bool reduce(struct arith *a, u8 least)
{
	while (a->ops != 0 && binds[a->op[a->ops - 1]] >= least) {
		enum op op = a->op[--a->ops];
		s64 *top;

		assert(a->values > 0);
		top = &a->value[a->values - 1];
		if (op == OP_NEG) {
			*top = (s64)(0 - (u64)*top);
		} else if (op == OP_NOT) {
			*top = ~*top;
		} else if (op != OP_POS) {
			assert(a->values > 1);
			a->values--;
			if (!binary(a, op, top[-1], top[0], &top[-1]))
				return false;
		}
	}
	return true;
}

static u32 digit(char c)
{
	if (c >= '0' && c <= '9')
		return (u32)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (u32)(c - 'a') + 10;
	return c >= 'A' && c <= 'F' ? (u32)(c - 'A') + 10 : 16;
}

static char peek(const struct arith *a, u32 ahead)
{
	if ((size_t)(a->end - a->at) <= ahead)
		return '\0';
	return a->at[ahead];
}

static bool number(struct arith *a)
{
	u32 base = 10;
	u64 v = 0;

	if (peek(a, 0) == '0' && (peek(a, 1) == 'x' || peek(a, 1) == 'X') &&
	    digit(peek(a, 2)) < 16) {
		base = 16;
		a->at += 2;
	} else if (peek(a, 0) == '0') {
		base = 8;
	}
	for (; digit(peek(a, 0)) < base; a->at++) {
		if (v > (u64)INT64_MAX / base) {
			a->wrong = "a number that is too large";
			return false;
		}
		v = v * base + digit(peek(a, 0));
	}
	if (v > (u64)INT64_MAX || digit(peek(a, 0)) < 16) {
		a->wrong =
			v > (u64)INT64_MAX ? "a number that is too large" : "a number that is none";
		return false;
	}
	return push_value(a, (s64)v);
}

/* Where a number is due. *operand: there has been one. */
static bool take_operand(struct arith *a, bool *operand)
{
	char c = peek(a, 0);

	*operand = c >= '0' && c <= '9';
	if (*operand)
		return number(a);
	a->at++;
	if (c == '(')
		return push_op(a, OP_OPEN);
	if (c == '-' || c == '+' || c == '~')
		return push_op(a, c == '-' ? OP_NEG : c == '+' ? OP_POS : OP_NOT);
	a->wrong = "no number where one must be";
	return false;
}

static bool close_paren(struct arith *a)
{
	if (!reduce(a, 1))
		return false;
	if (a->ops == 0) {
		a->wrong = "a ) too many";
		return false;
	}
	a->ops--;
	return true;
}

/* After a number. *operand: what follows is not one. */
static bool take_operator(struct arith *a, bool *operand)
{
	static const struct {
		char text[3];
		u8 op;
	} ops[] = { { "<<", OP_SHL }, { ">>", OP_SHR }, { "+", OP_ADD }, { "-", OP_SUB },
		    { "*", OP_MUL },  { "/", OP_DIV },	{ "%", OP_MOD } };

	if (peek(a, 0) == ')') {
		a->at++;
		return close_paren(a);
	}
	for (u32 i = 0; i < ARRAY_SIZE(ops); i++) {
		if (peek(a, 0) != ops[i].text[0] ||
		    (ops[i].text[1] != '\0' && peek(a, 1) != ops[i].text[1]))
			continue;
		a->at += ops[i].text[1] != '\0' ? 2 : 1;
		*operand = false;
		return reduce(a, binds[ops[i].op]) && push_op(a, ops[i].op);
	}
	a->wrong = "no operator where one must be (+ - * / % << >>)";
	return false;
}

const char *sh_arith(const char *text, u32 len, s64 *value)
{
	struct arith a = { .at = text, .end = text + len };
	bool operand = false;

	while (a.wrong == NULL) {
		while (peek(&a, 0) == ' ' || peek(&a, 0) == '\t' || peek(&a, 0) == '\n')
			a.at++;
		if (a.at == a.end)
			break;
		if (!(operand ? take_operator(&a, &operand) : take_operand(&a, &operand)))
			return a.wrong;
	}
	if (!operand)
		return "no number where one must be";
	if (!reduce(&a, 1))
		return a.wrong;
	if (a.ops != 0)
		return "a ( without its )";
	assert(a.values == 1);
	*value = a.value[0];
	return NULL;
}
