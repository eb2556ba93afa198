using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Every kernel compiles to PTX for two generations of NVIDIA GPUs, on a machine without one.</summary>
public sealed partial class PtxTests
{
    static readonly Dictionary<string, MethodInfo> Kernels = typeof(GpuBackend).Assembly.GetTypes()
        .Where(type => type.Name.Split('`')[0].EndsWith("Kernels", StringComparison.Ordinal))
        .SelectMany(type => type.IsGenericTypeDefinition
            ? Arguments(type.GetGenericArguments()).Select(arguments => type.MakeGenericType(arguments)) : [type])
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
        .SelectMany(method => method.IsGenericMethodDefinition
            ? Arguments(method.GetGenericArguments()).Select(arguments => method.MakeGenericMethod(arguments)) : [method])
        .Where(method => method.ReturnType == typeof(void))
        .ToDictionary(method => $"{Named(method.DeclaringType!)}.{method.Name}" +
            (method.IsGenericMethod ? $"<{string.Join(",", method.GetGenericArguments().Select(Named))}>" : ""));

    static readonly Context Compiler = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));

    public static TheoryData<string> All => [.. Kernels.Keys.Order()];

    [Theory, MemberData(nameof(All))]
    public void Compiles_to_ptx(string kernel)
    {
        foreach (CudaArchitecture architecture in new[] { CudaArchitecture.SM_80, CudaArchitecture.SM_90 })
        {
            using var backend = new PTXBackend(Compiler, architecture, CudaInstructionSet.ISA_78, null!);
            string ptx = ((PTXCompiledKernel)KernelLoader.Compile(Compiler, backend, Kernels[kernel], 256)).PTXAssembly;
            Assert.DoesNotMatch(UniformBranch(), ptx);
            Assert.Empty(Unresolved(ptx));
            Assert.DoesNotContain("tanh.approx", ptx, StringComparison.Ordinal);
            Assert.DoesNotContain("sin.approx", ptx, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_patch_takes_uniform_marks_off_conditional_branches_alone() =>
        Assert.Equal("@%p1 bra L_1; @!%p2 bra L_2; bra.uni L_3;", PtxPatch.Apply("@%p1 bra.uni L_1; @!%p2 bra.uni L_2; bra.uni L_3;"));

    // A function that is declared but not in the text: the driver would refuse the kernel at run time.
    static string[] Unresolved(string ptx) =>
        [.. ExternalFunction().Matches(ptx).Select(match => match.Value)
            .Where(text => !text.Contains("__assertfail", StringComparison.Ordinal))];

    // All ways to fill in type parameters with the engine's structs.
    static IEnumerable<Type[]> Arguments(Type[] parameters) => parameters.Aggregate<Type, IEnumerable<Type[]>>([[]], (chosen, parameter) =>
        chosen.SelectMany(types => Candidates(parameter).Select(type => (Type[])[.. types, type])));

    static IEnumerable<Type> Candidates(Type parameter)
    {
        Type[] wanted = [.. parameter.GetGenericParameterConstraints().Where(type => type.IsInterface)];
        return typeof(Tensor).Assembly.GetTypes().Concat(typeof(GpuBackend).Assembly.GetTypes())
            .Where(type => type is { IsValueType: true, ContainsGenericParameters: false } && wanted.Length > 0
                && wanted.All(type.GetInterfaces().Contains));
    }

    static string Named(Type type) =>
        type.Name.Split('`')[0] + (type.IsGenericType ? $"<{string.Join(",", type.GetGenericArguments().Select(Named))}>" : "");

    [GeneratedRegex(@"%p\d+ bra\.uni")]
    private static partial Regex UniformBranch();
    [GeneratedRegex(@"\.extern\s+\.func[^;{]*;", RegexOptions.Singleline)]
    private static partial Regex ExternalFunction();
}
