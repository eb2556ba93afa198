using System.Collections.Concurrent;
using System.Reflection;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace NativeSsl.Kernels;

/// <summary>Every kernel, for every type that its parameters may be: to be compiled and looked at on a machine without a GPU.</summary>
static class AllKernels
{
    static readonly Context Compiler = GpuBackend.NewContext(_ => { });
    static readonly ConcurrentDictionary<CudaArchitecture, PTXBackend> Backends = [];

    /// <summary>By class, type arguments and method: <c>SoftmaxKernels&lt;WarpTeam&gt;.Forward</c>.</summary>
    internal static IReadOnlyDictionary<string, MethodInfo> ByName { get; } = typeof(GpuBackend).Assembly.GetTypes()
        .Where(type => type.Name.Split('`')[0].EndsWith("Kernels", StringComparison.Ordinal) && type != typeof(AllKernels))
        .SelectMany(Closed)
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
        .SelectMany(method => method.IsGenericMethodDefinition
            ? Arguments(method.GetGenericArguments()).Select(arguments => method.MakeGenericMethod(arguments)) : [method])
        .Where(method => method.ReturnType == typeof(void))
        .ToDictionary(NameOf);

    /// <summary>A kernel's text for a generation of NVIDIA's GPUs.</summary>
    internal static string Ptx(MethodInfo kernel, CudaArchitecture architecture)
    {
        PTXBackend backend = Backends.GetOrAdd(architecture, of => new PTXBackend(Compiler, of, CudaInstructionSet.ISA_78, null!));
        return ((PTXCompiledKernel)KernelLoader.Compile(Compiler, backend, kernel, 256)).PTXAssembly;
    }

    static IEnumerable<Type> Closed(Type type) => type.IsGenericTypeDefinition
        ? Arguments(type.GetGenericArguments()).Select(arguments => type.MakeGenericType(arguments)) : [type];

    // All ways to fill in type parameters with structs of the engine and of this assembly.
    static IEnumerable<Type[]> Arguments(Type[] parameters) => parameters.Aggregate<Type, IEnumerable<Type[]>>([[]], (chosen, parameter) =>
        chosen.SelectMany(types => Candidates(parameter).Select(type => (Type[])[.. types, type])));

    static IEnumerable<Type> Candidates(Type parameter)
    {
        Type[] wanted = [.. parameter.GetGenericParameterConstraints().Where(type => type.IsInterface)];
        return typeof(Tensor).Assembly.GetTypes().Concat(typeof(GpuBackend).Assembly.GetTypes())
            .Where(type => type.IsValueType && wanted.Length > 0 && wanted.All(one => Is(type, one))).SelectMany(Closed);
    }

    // IPack<V> of a parameter V is wanted of a type as IPack of itself.
    static bool Is(Type type, Type wanted) => wanted.IsGenericType
        ? type.GetInterfaces().Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == wanted.GetGenericTypeDefinition() && one.GenericTypeArguments[0] == type)
        : type.GetInterfaces().Contains(wanted);

    /// <summary>Where it stands, its name, and its type arguments.</summary>
    internal static string NameOf(MethodInfo kernel) => $"{Named(kernel.DeclaringType!)}.{kernel.Name}" +
        (kernel.IsGenericMethod ? $"<{string.Join(",", kernel.GetGenericArguments().Select(Named))}>" : "");

    static string Named(Type type) =>
        type.Name.Split('`')[0] + (type.IsGenericType ? $"<{string.Join(",", type.GetGenericArguments().Select(Named))}>" : "");
}
