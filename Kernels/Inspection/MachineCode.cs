using System.Globalization;
using System.Text.RegularExpressions;

namespace NativeSsl.Kernels;

/// <summary>An instruction of a GPU, as NVIDIA's disassembler writes it.</summary>
/// <param name="Address">Of the kernel's beginning: zero.</param>
/// <param name="Name">With its kinds: <c>LDG.E.128</c>.</param>
/// <param name="Operands">What follows the name; what is written to comes first.</param>
/// <param name="IsConditional">Whether it is done under a condition.</param>
sealed record MachineInstruction(int Address, string Name, string Operands, bool IsConditional);

/// <summary>What the assembler has made of a kernel.</summary>
sealed partial record MachineCode(MachineInstruction[] Instructions)
{
    /// <summary>Reads the disassembler's text.</summary>
    internal static MachineCode Parse(string text) => new([.. Line().Matches(text).Select(match => new MachineInstruction(
        int.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), match.Groups[3].Value, match.Groups[4].Value.Trim(), match.Groups[2].Success))]);

    internal IEnumerable<string> Names => Instructions.Select(instruction => instruction.Name);

    /// <summary>
    /// What is done from a read of 128 bits to the first instruction that waits for it, on the way that takes no conditional branch; null if the way ends before.
    /// </summary>
    /// <param name="read">The place of the read among the instructions.</param>
    internal IReadOnlyList<string>? UntilUse(int read)
    {
        HashSet<int> waited = [.. Written(Instructions[read])];
        Dictionary<int, int> places = Instructions.Index().ToDictionary(entry => entry.Item.Address, entry => entry.Index);
        List<string> done = [];
        HashSet<int> been = [];
        for (int i = read + 1; i < Instructions.Length && been.Add(i);)
        {
            MachineInstruction next = Instructions[i];
            if (Used(next).Any(waited.Contains)) return done;
            if (!next.IsConditional) waited.ExceptWith(Written(next));
            done.Add(next.Name);
            i = next.Name == "BRA" && !next.IsConditional ? places[int.Parse(next.Operands.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)] : i + 1;
        }
        return null;
    }

    // What is written to stands first, and alone; a store has a place there, in brackets.
    static Match Target(MachineInstruction instruction) => TargetRegister().Match(instruction.Operands);

    static IEnumerable<int> Used(MachineInstruction instruction) => Registers(instruction.Operands[Target(instruction).Length..]);

    static IEnumerable<int> Written(MachineInstruction instruction) => Registers(Target(instruction).Value)
        .SelectMany(register => Enumerable.Range(register, instruction.Name.Contains(".128", StringComparison.Ordinal) ? 4 : instruction.Name.Contains(".64", StringComparison.Ordinal) ? 2 : 1));

    static IEnumerable<int> Registers(string operands) => Register().Matches(operands).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"/\*([0-9a-f]{4,})\*/ +(@!?U?P\w+ +)?([A-Z][\w.]*)([^;]*);")]
    private static partial Regex Line();
    [GeneratedRegex(@"^R\d+,")]
    private static partial Regex TargetRegister();
    [GeneratedRegex(@"\bR(\d+)")]
    private static partial Regex Register();
}
