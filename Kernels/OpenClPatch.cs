using System.Text;
using System.Text.RegularExpressions;

namespace NativeSsl.Kernels;

/// <summary>
/// Turns the OpenCL C that ILGPU 1.5.3 writes into code that also drivers without the generic address space build (PoCL, many OpenCL 3.0
/// devices), and mends its barrier. The result is valid OpenCL C 1.2.
/// </summary>
static partial class OpenClPatch
{
    internal static string Apply(string source)
    {
        source = Atomics(source, AddressSpaces(source));
        // A group barrier must order shared memory too; ILGPU's fences global memory alone.
        source = source.Replace("work_group_barrier ( CLK_GLOBAL_MEM_FENCE )",
            "barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)", StringComparison.Ordinal);
        source = SharedIntoKernel(source);
        source = SizeOfStruct().Replace(source, "/ $1)");
        return "#define FusedMultiplyAdd fma\n" + source;
    }

    // Which memory each pointer variable points into: atomics need it, because ILGPU casts their operand to a pointer that does not say.
    static Dictionary<string, string> AddressSpaces(string source)
    {
        Dictionary<string, string> types = [], variables = [];
        foreach (Match match in PointerType().Matches(source)) types[match.Groups[2].Value] = match.Groups[1].Value;
        foreach (Match match in TypedVariable().Matches(source))
            if (types.TryGetValue(match.Groups[1].Value, out string? space)) variables[match.Groups[2].Value] = space;
        foreach (Match match in PointerVariable().Matches(source)) variables[match.Groups[2].Value] = match.Groups[1].Value;
        return variables;
    }

    // atomic_fetch_add((atomic_int*)p, …) of OpenCL 2 becomes atomic_add((volatile global int*)p, …) of OpenCL 1.
    static string Atomics(string source, Dictionary<string, string> spaces)
    {
        source = CompareExchange().Replace(source, match =>
        {
            string type = match.Groups[1].Value, pointer = match.Groups[2].Value, expected = match.Groups[3].Value;
            return $"{expected} = {Prefix(type)}_cmpxchg ((volatile {spaces[pointer]} {type}*){pointer}, {expected}, ";
        });
        return FetchAtomic().Replace(source, match =>
        {
            string name = match.Groups[1].Value, type = match.Groups[2].Value, pointer = match.Groups[3].Value;
            return $"{Prefix(type)}_{(name == "exchange" ? "xchg" : name)} ((volatile {spaces[pointer]} {type}*){pointer}";
        });

        static string Prefix(string type) => type.EndsWith("long", StringComparison.Ordinal) ? "atom" : "atomic";
    }

    // Shared memory declared at program scope is an OpenCL 2 feature; inside the kernel it is OpenCL 1.
    static string SharedIntoKernel(string source)
    {
        var declarations = new StringBuilder();
        source = SharedDeclaration().Replace(source, match =>
        {
            declarations.Append('\t').Append(match.Groups[1].Value).Append('\n');
            return "";
        });
        if (declarations.Length == 0) return source;
        int kernel = source.IndexOf("kernel void", StringComparison.Ordinal), body = source.IndexOf('{', kernel);
        return source.Insert(body + 1, "\n" + declarations);
    }

    [GeneratedRegex(@"typedef (global|local|private) [\w ]+\* (type_\d+);")]
    private static partial Regex PointerType();
    [GeneratedRegex(@"^\s*(type_\d+) (var\d+);", RegexOptions.Multiline)]
    private static partial Regex TypedVariable();
    [GeneratedRegex(@"^\s*(global|local) [\w ]+\* (var\d+)\s*[;,)]", RegexOptions.Multiline)]
    private static partial Regex PointerVariable();
    [GeneratedRegex(@"atomic_compare_exchange_strong \(\(atomic_(u?(?:int|long))\*\)(var\d+), \(\w+\*\) & (var\d+), ")]
    private static partial Regex CompareExchange();
    [GeneratedRegex(@"atomic_(?:fetch_)?(add|sub|and|or|xor|max|min|exchange) \(\(atomic_(u?(?:int|long))\*\)(var\d+)")]
    private static partial Regex FetchAtomic();
    [GeneratedRegex(@"^(local [\w ]+\* shared_var_\d+;|int shared_var_len_\d+;)\r?\n", RegexOptions.Multiline)]
    private static partial Regex SharedDeclaration();
    [GeneratedRegex(@"/\s*\(\s*\w*\s*\)(\d+)\)")]
    private static partial Regex SizeOfStruct();
}
