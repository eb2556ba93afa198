using System.Reflection;

namespace NativeSsl.Tests.Structure;

/// <summary>Dependencies point down: Engine ← Autograd ← Models ← Objectives; Kernels hangs off Engine and alone knows ILGPU.</summary>
public sealed class Arrows
{
    const string Prefix = "NativeSsl.";

    [Theory]
    [InlineData("Engine")]
    [InlineData("Autograd", "Engine")]
    [InlineData("Models", "Autograd", "Engine")]
    [InlineData("Objectives", "Models", "Autograd", "Engine")]
    [InlineData("Kernels", "Engine")]
    public void An_assembly_refers_to_those_below_it_only(string name, params string[] below)
    {
        string[] above = [.. References(name).Where(other => other.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(other => other[Prefix.Length..]).Except(below)];
        Assert.True(above.Length == 0,
            $"{name} refers to {string.Join(", ", above)}; " +
            $"it may know {(below.Length == 0 ? "nothing of ours" : string.Join(", ", below))} only.");
    }

    [Theory]
    [InlineData("Engine"), InlineData("Autograd"), InlineData("Models"), InlineData("Objectives", "StbImageSharp")]
    public void The_core_knows_neither_ILGPU_nor_any_package_but_the_tensor_primitives(string name, params string[] allowed)
    {
        string[] foreign = [.. References(name).Except(allowed).Where(other =>
            !other.StartsWith(Prefix, StringComparison.Ordinal) && other != "System.Numerics.Tensors" && !IsOfTheRuntime(other))];
        Assert.True(foreign.Length == 0, $"{name} refers to {string.Join(", ", foreign)}.");
    }

    static IEnumerable<string> References(string name) =>
        Assembly.Load(Prefix + name).GetReferencedAssemblies().Select(other => other.Name!);

    static bool IsOfTheRuntime(string name) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"));
}
