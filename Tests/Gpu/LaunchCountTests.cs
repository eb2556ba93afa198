using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>What is done to every tensor of a model takes as many launches for two layers as for five: launching costs more than a small tensor's work.</summary>
public sealed class LaunchCountTests : IDisposable
{
    readonly GpuBackend _gpu = GpuBackend.Simulator();

    public void Dispose() => _gpu.Dispose();

    public static TheoryData<string, string[]> Optimizers => new()
    {
        { "adamW", ["AdamWKernels.Update", "AdamWKernels.Update"] },                    // a launch for each group
        { "sgd", ["SgdKernels.Update", "SgdKernels.Update"] },
        { "lars", [.. Lars, .. Lars] },
    };

    static string[] Lars => [$"LarsNormKernels<{nameof(WarpTeam)}>.Pieces", "LarsKernels.OwnRates", "LarsKernels.Update"];

    [Theory, MemberData(nameof(Optimizers))]
    public void Of_an_optimizer(string name, string[] launches)
    {
        foreach (int layers in new[] { 2, 5 })
        {
            using var step = new Step(_gpu);
            var parameters = new Parameters(ParameterGroup.Usual(Head(layers).NamedParameters(), 0.1f));
            Optimizer optimizer = name switch { "adamW" => new AdamW(parameters), "sgd" => new Sgd(parameters), _ => new NativeSsl.Lars(parameters) };
            Assert.Equal(launches, During(() => optimizer.Step(0, 0.1)));
        }
    }

    [Fact]
    public void Of_a_teacher()
    {
        foreach (int layers in new[] { 2, 5 })
        {
            using var step = new Step(_gpu);
            MlpHead student = Head(layers), teacher = Head(layers, trained: false);
            Momentum momentum = new(student, teacher);
            Tensor m = Tensor.From(_gpu, [1], 0.9f);
            _ = new Parameters(ParameterGroup.Usual(student.NamedParameters(), 0f));
            foreach (Module module in new[] { student, teacher }) OnePiece.Gather([.. module.NamedTensors().Select(entry => entry.Tensor).Where(tensor => !tensor.RequiresGradient)]);
            Assert.Equal(["MovingAverageKernels.Step", "MovingAverageKernels.Step"], During(() => momentum.Follow(m)));  // parameters, running statistics
        }
    }

    MlpHead Head(int layers, bool trained = true) => new(new Init(_gpu, 1, trained: trained), 4, 6, 3, layers);

    List<string> During(Action work)
    {
        List<string> launches = [];
        work();                                                         // what is made at the first time is not counted
        _gpu.Profile = (kernel, _) => launches.Add(AllKernels.NameOf(kernel));
        work();
        _gpu.Profile = null;
        return launches;
    }
}
