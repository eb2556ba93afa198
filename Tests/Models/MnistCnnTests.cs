using System.Text.Json;

namespace NativeSsl.Tests.Models;

/// <summary>
/// A small network that was trained in PyTorch, with its published answers: convolution, batch norm, linear layers, the order of a flatten
/// and the reading of weights must all be right at once.
/// </summary>
public sealed class MnistCnnTests
{
    const string Folder = "burn_mnist_cnn";

    // conv 1-8-16-24 (3 × 3, no padding), each with relu; batch norm; flatten; linear 11616-32, relu; linear 32-10; batch norm; log softmax
    sealed class MnistCnn(Init init) : Module
    {
        readonly Conv2d[] _convolutions = [new(init, 1, 8, kernel: 3, bias: true), new(init, 8, 16, kernel: 3, bias: true),
            new(init, 16, 24, kernel: 3, bias: true)];
        readonly BatchNorm _norm1 = new(init, 24), _norm2 = new(init, 10);
        readonly Linear _linear1 = new(init, 24 * 22 * 22, 32), _linear2 = new(init, 32, 10);

        public static WeightMap Weights { get; } = new([
            .. Enumerable.Range(0, 3).SelectMany(i => WeightMap.Convolution($"convolutions.{i}", $"conv{i + 1}", bias: true)),
            .. WeightMap.Norm("norm1", "norm1"), .. WeightMap.Linear("linear1", "fc1", WeightLayout.AfterFlatten(24, 22, 22)),
            .. WeightMap.Linear("linear2", "fc2"), .. WeightMap.Norm("norm2", "norm2")]);

        public override IReadOnlyList<Part> Parts => [.. Numbered("convolutions", _convolutions), new("norm1", _norm1),
            new("linear1", _linear1), new("linear2", _linear2), new("norm2", _norm2)];

        public Tensor Forward(Tensor x)
        {
            foreach (Conv2d convolution in _convolutions) x = convolution.Forward(x).Relu();
            x = _norm1.Forward(x).Reshape([x.Shape[0], 24 * 22 * 22]);
            return _norm2.Forward(_linear2.Forward(_linear1.Forward(x, Activation.Relu))).LogSoftmax();
        }
    }

    static string File(string name) => Path.Combine(DataFactAttribute.Folder!, Folder, name);

    [DataFact($"{Folder}/mnist.safetensors")]
    public void Gives_the_published_answers()
    {
        using JsonDocument published = JsonDocument.Parse(System.IO.File.ReadAllText(File("expected.json")));
        byte[] pixels = System.IO.File.ReadAllBytes(File("t10k-first100-images-idx3-ubyte")).AsSpan(16).ToArray();
        byte[] labels = System.IO.File.ReadAllBytes(File("t10k-first100-labels-idx1-ubyte")).AsSpan(8).ToArray();
        foreach (IBackend backend in Devices.Widths)
        {
            var model = new MnistCnn(new Init(backend, 1));
            MnistCnn.Weights.Load(File("mnist.safetensors"), model.NamedTensors());
            using var step = new Step(backend);
            Tensor images = Tensor.From(backend, [100, 28, 28, 1], [.. pixels.Select(p => (p / 255f - 0.1307f) / 0.3081f)]);
            float[] y = model.Forward(images).ToArray();
            int right = labels.Where((label, i) => y.AsSpan(10 * i, 10).IndexOf(y.AsSpan(10 * i, 10).ToArray().Max()) == label).Count();
            Assert.Equal(published.RootElement.GetProperty("correct_of_first_100").GetInt32(), right);
            float[] first = [.. published.RootElement.GetProperty("log_softmax_of_first_4_test_images").EnumerateArray()
                .SelectMany(row => row.EnumerateArray().Select(value => value.GetSingle()))];
            Assert.Equal(40, first.Length);
            for (int i = 0; i < first.Length; i++) Assert.Equal(first[i], y[i], Math.Abs(first[i]) < 0.1 ? 1e-6 : 2e-5);
        }
    }

    [DataFact($"{Folder}/mnist.safetensors")]
    public void Saved_again_it_has_the_same_tensors()
    {
        using Scratch scratch = new();
        string copy = scratch.File("mnist.safetensors");
        var model = new MnistCnn(new Init(Devices.Widths[0], 1));
        MnistCnn.Weights.Load(File("mnist.safetensors"), model.NamedTensors());
        MnistCnn.Weights.Save(copy, model.NamedTensors());
        using SafetensorsFile before = SafetensorsFile.Open(File("mnist.safetensors")), after = SafetensorsFile.Open(copy);
        Assert.Equal(Names(before), Names(after));
        foreach (SafetensorsEntry entry in before.Entries.Where(entry => entry.IsFloating))
            Assert.Equal(Bytes(before, entry), Bytes(after, entry));

        static IEnumerable<string> Names(SafetensorsFile file) => file.Entries.Select(entry => $"{entry.Name} {entry}").Order();
        static byte[] Bytes(SafetensorsFile file, SafetensorsEntry entry)
        {
            byte[] bytes = new byte[entry.Bytes];
            file.ReadBytes(entry.Name, bytes);
            return bytes;
        }
    }
}
