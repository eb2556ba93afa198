using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace NativeSsl.Bench.Micro;

/// <summary>One op under BenchmarkDotNet: its value, and its value with the gradient. A class an op, a line or two each.</summary>
[MemoryDiagnoser]
public abstract class OpBenchmark(params int[][] shapes)
{
    Tensor[] _constants = [], _variables = [];
    Tensor? _slopes;

    /// <summary>The register width.</summary>
    [ParamsSource(nameof(Widths))]
    public SimdWidth Simd { get; set; }

    public static IEnumerable<SimdWidth> Widths => Enum.GetValues<SimdWidth>().Where(width => width <= CpuBackend.Widest);

    /// <summary>The device, once set up.</summary>
    protected CpuBackend Backend { get; private set; } = CpuBackend.Default;

    protected abstract Tensor Apply(Tensor[] x);

    [GlobalSetup]
    public void Setup()
    {
        Backend = new CpuBackend(2, Simd);
        _constants = Draw();
        _variables = [.. Draw().Select(x => x.RequireGradient())];
        using var step = new Step(Backend);
        _slopes = Apply(_constants).Keep();
    }

    Tensor[] Draw() => [.. shapes.Select((shape, k) =>
    {
        var random = new RandomSource(7, (ulong)k);
        float[] values = new float[Shape.Of(shape).Count];
        for (int i = 0; i < values.Length; i++) values[i] = 0.5f + random.NextUniform();
        return Tensor.From(Backend, shape, values);
    })];

    [Benchmark(Baseline = true)]
    public void Value()
    {
        using var step = new Step(Backend);
        Apply(_constants);
    }

    [Benchmark]
    public void Gradient()
    {
        using var step = new Step(Backend);
        foreach (Tensor x in _variables) x.ResetGradient();
        Apply(_variables).Backward(_slopes!);
    }
}

/// <summary>The command <c>micro</c>.</summary>
static class MicroCommand
{
    // In this process: BenchmarkDotNet would otherwise build a project of its own, without our switches.
    public static void Run(string[] arguments) => BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(arguments,
        DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
}
