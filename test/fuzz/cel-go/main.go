// The second opinion of the fuzzer of CEL expressions: it reads expressions as JSON lines and prints what cel-go makes of
// each in the environment of the API server, in the same order.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/cel/environment"
)

type question struct {
	Expression string         `json:"expression"`
	Object     map[string]any `json:"object"`
}

type answer struct {
	// What is wrong with the expression.
	Issue string `json:"issue,omitempty"`
	// The type of its value, where nothing is.
	Type string `json:"type,omitempty"`
	// The value, or what the evaluation fails with.
	Value string `json:"value,omitempty"`
	Error string `json:"error,omitempty"`
	Cost  uint64 `json:"cost"`
}

func main() {
	env, err := newEnvironment()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(make([]byte, 1024*1024), 64*1024*1024)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	encoder := json.NewEncoder(output)
	for input.Scan() {
		if err := encoder.Encode(answerTo(env, input.Bytes())); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func newEnvironment() (*cel.Env, error) {
	base := environment.MustBaseEnvSet(version.MajorMinor(1, 36))
	extended, err := base.Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions: []cel.EnvOption{
			cel.Variable("object", cel.DynType),
			// What Kyverno adds of cel-go's own extensions.
			ext.Bindings(),
			ext.Encoders(),
			ext.Math(),
			ext.Regex(ext.RegexVersion(1)),
		},
	})
	if err != nil {
		return nil, err
	}
	return extended.StoredExpressionsEnv(), nil
}

func answerTo(env *cel.Env, line []byte) (result answer) {
	defer func() {
		if reason := recover(); reason != nil {
			result = answer{Error: fmt.Sprintf("panic: %v", reason)}
		}
	}()
	var asked question
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&asked); err != nil {
		return answer{Issue: "not read: " + err.Error()}
	}
	ast, issues := env.Compile(asked.Expression)
	if issues.Err() != nil {
		return answer{Issue: issues.Err().Error()}
	}
	program, err := env.Program(ast)
	if err != nil {
		return answer{Issue: err.Error()}
	}
	value, details, err := program.Eval(map[string]any{"object": numbers(asked.Object)})
	result.Type = typeText(ast.OutputType())
	if details != nil && details.ActualCost() != nil {
		result.Cost = *details.ActualCost()
	}
	if err != nil {
		result.Error = err.Error()
		return result
	}
	result.Value = valueText(value)
	return result
}

func typeText(t *cel.Type) string {
	return strings.ReplaceAll(cel.FormatCELType(t), " ", "")
}

// Integers of objects are int64, as in the API server.
func numbers(value any) any {
	switch typed := value.(type) {
	case json.Number:
		if whole, err := typed.Int64(); err == nil {
			return whole
		}
		number, _ := typed.Float64()
		return number
	case map[string]any:
		for key, item := range typed {
			typed[key] = numbers(item)
		}
	case []any:
		for index, item := range typed {
			typed[index] = numbers(item)
		}
	}
	return value
}

// One text for each value: equal texts are equal values of equal types.
func valueText(value ref.Val) string {
	switch typed := value.(type) {
	case types.Bool:
		return fmt.Sprintf("%t", bool(typed))
	case types.Int:
		return fmt.Sprintf("i%d", int64(typed))
	case types.Uint:
		return fmt.Sprintf("u%d", uint64(typed))
	case types.Double:
		if math.IsNaN(float64(typed)) {
			return "dNaN"
		}
		return fmt.Sprintf("d%016x", math.Float64bits(float64(typed)))
	case types.String:
		return quoted(string(typed))
	case types.Bytes:
		return "b" + base64.StdEncoding.EncodeToString(typed)
	case types.Null:
		return "null"
	case types.Duration:
		return fmt.Sprintf("D%d", typed.Duration.Nanoseconds())
	case types.Timestamp:
		return fmt.Sprintf("T%d.%09d", typed.Time.Unix(), typed.Time.Nanosecond())
	case *types.Optional:
		if !typed.HasValue() {
			return "o()"
		}
		return "o(" + valueText(typed.GetValue()) + ")"
	case *types.Type:
		return "t:" + typed.TypeName()
	case traits.Mapper:
		return mapText(typed)
	case traits.Lister:
		return listText(typed)
	}
	return "q:" + value.Type().TypeName()
}

func quoted(text string) string {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text)
	return strings.TrimSuffix(buffer.String(), "\n")
}

func listText(list traits.Lister) string {
	var parts []string
	for iterator := list.Iterator(); iterator.HasNext() == types.True; {
		parts = append(parts, valueText(iterator.Next()))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func mapText(entries traits.Mapper) string {
	var parts []string
	for iterator := entries.Iterator(); iterator.HasNext() == types.True; {
		key := iterator.Next()
		parts = append(parts, valueText(key)+":"+valueText(entries.Get(key)))
	}
	sort.Strings(parts)
	return "{" + strings.Join(parts, ",") + "}"
}
