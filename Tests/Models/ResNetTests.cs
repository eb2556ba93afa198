namespace NativeSsl.Tests.Models;

public sealed class ResNetTests
{
    static readonly CpuBackend Cpu = new(2);

    static ResNet.Config Of(string name) => name switch
    {
        "18" => ResNet.Config.ResNet18,
        "34" => ResNet.Config.ResNet34,
        _ => ResNet.Config.ResNet50,
    };

    // What torchvision publishes for resnet18, resnet34 and resnet50: everything that is learned, the 1000-class fc included.
    [Theory, InlineData("18", 11_689_512), InlineData("34", 21_797_672), InlineData("50", 25_557_032)]
    public void Has_as_many_parameters_as_torchvision_says(string name, long published)
    {
        var init = new Init(Cpu, 1);
        var encoder = new ResNet(Of(name), init);
        Assert.Equal(published, encoder.ParameterCount + new Linear(init, encoder.Features, 1000).ParameterCount);
    }

    [Fact]
    public void The_strided_net_has_the_parameters_of_its_description() =>
        Assert.Equal(371_264, new StridedConvolutions(new Init(Cpu, 1)).ParameterCount);

    static (ImageEncoder Encoder, int Size, int Features)[] Encoders(Init init) =>
    [
        (new ResNet(ResNet.Config.Small, init), 12, 128),
        (new ResNet(ResNet.Config.ResNet9 with { Channels = 1 }, init), 9, 512),
        (new ResNet(ResNet.Config.ResNet18 with { Widths = [4, 6, 8, 10] }, init), 35, 10),
        (new ResNet(ResNet.Config.ResNet50 with { Widths = [4, 6, 8, 10], BlocksStartAsIdentity = true }, init), 35, 40),
        (new StridedConvolutions(init, 3, 8, 12), 7, 12),
    ];

    [Fact]
    public void Every_parameter_has_a_gradient_and_features_have_their_shape()
    {
        foreach ((ImageEncoder encoder, int size, int features) in Encoders(new Init(Cpu, 2)))
        {
            using var step = new Step(Cpu, training: true);
            Tensor images = new Init(Cpu, 3).Normal([3, size, size, encoder.Channels], 1f).StopGradient();
            Tensor y = encoder.Forward(images);
            Assert.Equal(features, encoder.Features);
            Assert.Equal([3, features], y.Shape);
            (y * new Init(Cpu, 4).Normal(y.Shape, 1f).StopGradient()).Sum().Backward();
            foreach ((string name, Tensor tensor) in encoder.NamedParameters())
                Assert.True(tensor.Gradient.ToArray().All(float.IsFinite), name);
        }
    }

    [Fact]
    public void Blocks_that_start_as_the_identity_do()
    {
        using var step = new Step(Cpu, training: true);
        Tensor x = new Init(Cpu, 3).Normal([2, 5, 5, 8], 1f).Relu();
        foreach (ResidualBlock block in (ResidualBlock[])[new BasicBlock(new Init(Cpu, 1), 8, 8, startsAsIdentity: true),
            new Bottleneck(new Init(Cpu, 1), 8, 2, startsAsIdentity: true)])
            Assert.Equal(x.ToArray(), block.Forward(x).ToArray());
        Assert.NotEqual(x.ToArray(), new BasicBlock(new Init(Cpu, 1), 8, 8).Forward(x).ToArray());
    }

    [Fact]
    public void Running_statistics_are_state_and_not_learned()
    {
        var encoder = new StridedConvolutions(new Init(Cpu, 1));
        string[] state = [.. encoder.NamedTensors().Where(entry => !entry.Tensor.RequiresGradient).Select(entry => entry.Name)];
        Assert.Equal(["norms.0.running_mean", "norms.0.running_var", "norms.1.running_mean", "norms.1.running_var",
            "norms.2.running_mean", "norms.2.running_var"], state);
    }

    [Fact]
    public void In_evaluation_an_image_does_not_depend_on_its_batch_in_training_it_does()
    {
        var encoder = new ResNet(ResNet.Config.Small with { Widths = [4, 6, 8] }, new Init(Cpu, 1));
        float[] pixels = new Init(Cpu, 3).Normal([2, 8, 8, 3], 1f).ToArray();
        Assert.Equal(First(false, 1), First(false, 2));
        Assert.NotEqual(First(true, 1), First(true, 2));

        float[] First(bool training, int batch)
        {
            using var step = new Step(Cpu, training);
            return encoder.Forward(Tensor.From(Cpu, [batch, 8, 8, 3], pixels.AsSpan(0, batch * 192))).ToArray()[..8];
        }
    }

    [Fact]
    public void Heads_have_the_layers_of_their_papers()
    {
        var init = new Init(Cpu, 1);
        MlpHead paper = new(init, 8, 16, 4), code = new(init, 8, 16, 4, layers: 3, normalizeLast: true);
        Assert.Equal(["linears.0.weight", "linears.1.weight", "linears.1.bias", "norms.0.weight", "norms.0.bias"], Learned(paper));
        Assert.Equal(["linears.0.weight", "linears.1.weight", "linears.2.weight", "norms.0.weight", "norms.0.bias", "norms.1.weight",
            "norms.1.bias", "norms.2.weight"], Learned(code));
        using var step = new Step(Cpu, training: true);
        float[] y = code.Forward(init.Normal([64, 8], 1f)).ToArray();
        for (int i = 0; i < 4; i++)
        {
            double[] column = [.. Enumerable.Range(0, 64).Select(row => (double)y[row * 4 + i])];
            Assert.Equal(0, column.Average(), 1e-5);
            Assert.Equal(1, column.Average(v => v * v), 1e-2);
        }

        static IEnumerable<string> Learned(MlpHead head) => head.NamedParameters().Select(entry => entry.Name);
    }

    [Fact]
    public void Sizes_that_do_not_go_together_are_refused() =>
        Assert.Contains("blocks [2, 2] and widths [4]", Assert.Throws<ShapeException>(() =>
            new ResNet(new ResNet.Config { Blocks = [2, 2], Widths = [4] }, new Init(Cpu, 1))).Message, StringComparison.Ordinal);
}
