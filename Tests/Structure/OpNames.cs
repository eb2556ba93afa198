using System.Text.RegularExpressions;

namespace NativeSsl.Tests.Structure;

/// <summary>One op, one name: what comes out, how it changes, how a GPU does it and how we know lie in four files
/// of the same name.</summary>
public sealed partial class OpNames
{
    [Fact]
    public void Every_op_of_the_contract_has_its_four_files()
    {
        string[] ops = [.. SourceTree.Files("Engine/Ops").Where(file => Contract().IsMatch(File.ReadAllText(file)))
            .Select(Path.GetFileName).Cast<string>()];
        Assert.True(ops.Length >= 8, $"Only {ops.Length} files extend the contract: is it still read as it is written?");
        string callers = string.Concat(((string[])["Autograd", "Autograd/Ops", "Autograd/Optimizers", "Models/Layers"])
            .SelectMany(SourceTree.Files).Select(File.ReadAllText));
        List<string> missing = [];
        foreach (string op in ops)
        {
            foreach (string folder in (string[])["Kernels/Ops", "Tests/Ops"])
                if (!Exists(folder, op)) missing.Add($"{folder}/{op}");
            // What has no slope of its own (part of another op's gradient, of an optimizer,
            // of a cache) has no file among the ops on tensors, but a caller.
            if (!Exists("Autograd/Ops", op) && !Declared().Matches(File.ReadAllText(Path.Combine(SourceTree.Root(), "Engine/Ops", op)))
                    .Any(match => callers.Contains($"ackend.{match.Groups[1].Value}(", StringComparison.Ordinal)))
                missing.Add($"Autograd/Ops/{op}");
        }
        Assert.True(missing.Count == 0, $"Engine/Ops declares them, but these are missing: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Every_kernel_file_belongs_to_an_op_of_the_contract()
    {
        foreach (string file in SourceTree.Files("Kernels/Ops"))
            Assert.True(File.Exists(Path.Combine(SourceTree.Root(), "Engine/Ops", Path.GetFileName(file))),
                $"{file} has no counterpart in Engine/Ops.");
    }

    [Fact]
    public void Every_op_on_tensors_has_specs()
    {
        foreach (string file in SourceTree.Files("Autograd/Ops"))
        {
            string spec = Path.Combine(SourceTree.Root(), "Tests/Ops", Path.GetFileName(file));
            Assert.True(File.Exists(spec) && File.ReadAllText(spec).Contains("OpSpec[] Specs", StringComparison.Ordinal),
                $"{file} has no specs in {spec}.");
        }
    }

    static bool Exists(string folder, string file) => File.Exists(Path.Combine(SourceTree.Root(), folder, file));

    [GeneratedRegex(@"^public partial interface IBackend\b", RegexOptions.Multiline)]
    private static partial Regex Contract();

    [GeneratedRegex(@"^    (?:void|double) (\w+)(?:<\w+>)?\(.*;", RegexOptions.Multiline)]
    private static partial Regex Declared();
}
