namespace NativeSsl.Tests.Models;

public sealed class WeightMapTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static readonly CpuBackend Cpu = new(1);

    static ResNet.Config Config(bool bottleneck) =>
        (bottleneck ? ResNet.Config.ResNet50 : ResNet.Config.ResNet18) with { Widths = [4, 6, 8, 10] };

    // A file as torchvision would write it, filled with numbers that all differ.
    static Dictionary<string, (Shape Shape, float[] Values)> Torchvision(bool bottleneck)
    {
        Dictionary<string, (Shape, float[])> file = [];
        int next = 0, inputs = 4, expansion = bottleneck ? 4 : 1;
        int[] blocks = bottleneck ? [3, 4, 6, 3] : [2, 2, 2, 2], widths = [4, 6, 8, 10];
        Add("conv1.weight", [4, 3, 7, 7]);
        Norm("bn1", 4);
        for (int stage = 0; stage < 4; stage++)
            for (int block = 0; block < blocks[stage]; block++)
            {
                string name = $"layer{stage + 1}.{block}";
                int width = widths[stage], outputs = expansion * width;
                (int In, int Out, int Kernel)[] layers = bottleneck ? [(inputs, width, 1), (width, width, 3), (width, outputs, 1)]
                    : [(inputs, width, 3), (width, width, 3)];
                for (int i = 0; i < layers.Length; i++)
                {
                    Add($"{name}.conv{i + 1}.weight", [layers[i].Out, layers[i].In, layers[i].Kernel, layers[i].Kernel]);
                    Norm($"{name}.bn{i + 1}", layers[i].Out);
                }
                if (block == 0 && (stage > 0 || bottleneck))
                {
                    Add($"{name}.downsample.0.weight", [outputs, inputs, 1, 1]);
                    Norm($"{name}.downsample.1", outputs);
                }
                inputs = outputs;
            }
        Add("fc.weight", [7, inputs]);
        Add("fc.bias", [7]);
        return file;

        void Add(string name, Shape shape) =>
            file.Add(name, (shape, [.. Enumerable.Range(0, (int)shape.Count).Select(_ => ++next / 1024f)]));
        void Norm(string name, int width)
        {
            foreach (string part in (string[])["weight", "bias", "running_mean", "running_var"]) Add($"{name}.{part}", [width]);
        }
    }

    string Write(Dictionary<string, (Shape Shape, float[] Values)> file)
    {
        string path = _scratch.File("torch.safetensors");
        const string Variance = "running_var";
        SafetensorsWriter.Write(path, [.. file.Select(pair => SafetensorsItem.From(pair.Key, pair.Value.Shape, pair.Value.Values)),
            .. file.Keys.Where(name => name.EndsWith(Variance, StringComparison.Ordinal))
                .Select(name => SafetensorsItem.From(name[..^Variance.Length] + "num_batches_tracked", [], new long[1]))]);
        return path;
    }

    [Theory, InlineData(false), InlineData(true)]
    public void What_is_loaded_and_saved_again_is_the_same_key_for_key_and_bit_for_bit(bool bottleneck)
    {
        string path = Write(Torchvision(bottleneck)), copy = path + ".copy";
        var encoder = new ResNet(Config(bottleneck), new Init(Cpu, 1));
        var head = new Linear(new Init(Cpu, 2), encoder.Features, 7);
        TorchvisionResNet.Load(path, encoder, head);
        TorchvisionResNet.Save(copy, encoder, head);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(copy));
    }

    [Fact]
    public void Elements_land_where_they_belong()
    {
        var file = Torchvision(false);
        var encoder = new ResNet(Config(false), new Init(Cpu, 1));
        TorchvisionResNet.Load(Write(file), encoder);
        Dictionary<string, float[]> ours = encoder.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor.ToArray());
        Assert.Equal(file["layer2.0.downsample.1.running_var"].Values, ours["stages.1.0.shortcut_norm.running_var"]);
        (Shape shape, float[] theirs) = file["layer2.1.conv2.weight"];
        (int count, int inputs) = (shape[0], shape[1]);
        for (int o = 0; o < count; o++)
            for (int i = 0; i < inputs; i++)
                for (int k = 0; k < 9; k++)
                    Assert.Equal(theirs[(o * inputs + i) * 9 + k], ours["stages.1.1.conv2.weight"][(o * 9 + k) * inputs + i]);
    }

    [Fact]
    public void A_linear_layer_after_a_flatten_reads_the_same_pixels()
    {
        const int Channels = 3, Height = 2, Width = 5, Inputs = Channels * Height * Width;
        float[] theirs = [.. Enumerable.Range(0, 2 * Inputs).Select(i => (float)i)];
        string path = Write(new() { ["fc.weight"] = ([2, Inputs], theirs), ["fc.bias"] = ([2], [1, 2]) }), copy = path + ".copy";
        var linear = new Linear(new Init(Cpu, 1), Inputs, 2);
        var map = new WeightMap(WeightMap.Linear("own", "fc", WeightLayout.AfterFlatten(Channels, Height, Width)));
        map.Load(path, Own());
        float[] ours = linear.Weight.ToArray();
        for (int o = 0; o < 2; o++)
            for (int c = 0; c < Channels; c++)
                for (int p = 0; p < Height * Width; p++)
                    Assert.Equal(theirs[o * Inputs + c * Height * Width + p], ours[o * Inputs + p * Channels + c]);
        map.Save(copy, Own());
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(copy));
        var other = new WeightMap(WeightMap.Linear("own", "fc", WeightLayout.AfterFlatten(Channels, Height, 4)));
        Assert.Contains("own.weight has shape [2, 30], which is not that of",
            Assert.Throws<ShapeException>(() => other.Load(path, Own())).Message, StringComparison.Ordinal);

        IEnumerable<(string, Tensor)> Own() => linear.NamedTensors().Select(entry => ($"own.{entry.Name}", entry.Tensor));
    }

    [Fact]
    public void Stacked_and_transposed_layers_go_both_ways_and_every_row_must_come_once()
    {
        // Here [6, 4]; in the file two layers of 1 and 5 rows, of which the second is [in, out].
        float[] one = [1, 2, 3, 4], rest = [.. Enumerable.Range(10, 20).Select(i => (float)i)];
        string path = Write(new() { ["a.weight"] = ([1, 4], one), ["b.weight"] = ([4, 5], rest) }), copy = path + ".copy";
        Tensor ours = Tensor.Zeros(Cpu, [6, 4]);
        WeightEntry[] entries = [new("w", "a.weight", WeightLayout.Same) { Rows = (0, 1) }, new("w", "b.weight", WeightLayout.Transposed) { Rows = (1, 5) }];
        new WeightMap(entries).Load(path, [("w", ours)]);
        float[] values = ours.ToArray();
        Assert.Equal(one, values[..4]);
        for (int o = 0; o < 5; o++)
            for (int i = 0; i < 4; i++) Assert.Equal(rest[i * 5 + o], values[(1 + o) * 4 + i]);
        new WeightMap(entries.Reverse().ToArray()).Save(copy, [("w", ours)]);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(copy));

        Wrong("'b.weight' is not the rows of w from 1 on", 2, 4);
        Wrong("'b.weight' is not the rows of w from 1 on", 0, 6);
        Wrong("'b.weight' is not the rows of w from 1 on", 1, 0);
        Wrong("the entries have 5 rows of w, which has shape [6, 4]", 1, 4);
        Wrong("the entries have 7 rows", 1, 6);
        Assert.Contains("'b.weight' is not the rows of w from 0 on", Assert.Throws<NativeSslException>(() =>
            new WeightMap([entries[0], entries[1] with { Rows = null }]).Load(path, [("w", ours)])).Message, StringComparison.Ordinal);
        Assert.Equal(values, ours.ToArray());

        void Wrong(string why, int first, int count) => Assert.Contains(why, Assert.ThrowsAny<NativeSslException>(() =>
            new WeightMap([entries[0], entries[1] with { Rows = (first, count) }]).Load(path, [("w", ours)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_named_and_nothing_is_changed()
    {
        var encoder = new ResNet(Config(false), new Init(Cpu, 1));
        float[] before = encoder.NamedTensors().First().Tensor.ToArray();
        var file = Torchvision(false);

        Refused("'fc.bias' F32 [7] has no place", file,
            (path, model) => TorchvisionResNet.Map(Config(false)).Load(path, model.NamedTensors()));
        Refused("no tensor 'layer4.1.bn2.running_var'", file.Where(pair => pair.Key != "layer4.1.bn2.running_var").ToDictionary(), Load);
        file["layer3.0.bn1.bias"] = ([3], new float[3]);
        Refused("'layer3.0.bn1.bias' is F32 [3] but [8] is wanted, for stages.2.0.norm1.bias", file, Load);
        Assert.Equal(before, encoder.NamedTensors().First().Tensor.ToArray());

        string path = Write(Torchvision(false));
        var less = new WeightMap([.. TorchvisionResNet.Map(Config(false)).Entries.SkipLast(1)]);
        Assert.Contains("stages.3.1.norm2.running_var of shape [10] has no name",
            Assert.Throws<NativeSslException>(() => less.Load(path, encoder.NamedTensors())).Message, StringComparison.Ordinal);
        WeightMap more = TorchvisionResNet.Map(Config(false), withHead: true);
        Assert.Contains("fc.weight, for 'fc.weight' of the file, is not among",
            Assert.Throws<NativeSslException>(() => more.Load(path, encoder.NamedTensors())).Message, StringComparison.Ordinal);

        static void Load(string path, ResNet model) => TorchvisionResNet.Load(path, model);
        void Refused(string why, Dictionary<string, (Shape, float[])> content, Action<string, ResNet> load) =>
            Assert.Contains(why,
                Assert.Throws<MalformedFileException>(() => load(Write(content), encoder)).Message, StringComparison.Ordinal);
    }
}
