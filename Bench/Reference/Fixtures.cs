using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Reference;

/// <summary>
/// Writes what libtorch says about a small GPT into Tests/Fixtures: first weights, gradients of the first batch, and the losses of ten steps, so that
/// the tests can hold us against libtorch without it.
/// </summary>
static class Fixtures
{
    const int Steps = 10;

    public static void Run(string[] arguments)
    {
        Both.Begin(arguments);
        Write("gpt", bias: false);
        Write("gpt-bias", bias: true);
    }

    static void Write(string name, bool bias)
    {
        GptSize size = GptSize.Tiny;
        Gpt model = OurTraining.Model(size, Both.Ours, bias);
        Roughen(model);
        using var reference = new TorchGpt(size, model.NamedTensors());
        Dictionary<string, Tensor> contents = [];
        foreach (var (parameter, tensor) in model.NamedParameters()) contents[$"weight.{parameter}"] = tensor.Keep();

        var first = new TorchTraining(size, reference, 1);
        first.Step(optimizer: false);
        foreach (var (parameter, weight) in reference.Weights)
        {
            using TorchTensor gradient = weight.grad!.contiguous();
            contents[$"gradient.{parameter}"] = Tensor.From(Both.Ours, [.. gradient.shape.Select(length => (int)length)], gradient.data<float>().ToArray());
        }

        var training = new TorchTraining(size, reference, Steps);
        for (int step = 0; step < Steps; step++) training.Step();
        contents["losses"] = Tensor.From(Both.Ours, [Steps], [.. training.Losses.Select(loss => (float)loss)]);
        (int[] Inputs, int[] Targets)[] batches = [.. Enumerable.Range(0, Steps).Select(step => size.DrawBatch((ulong)step))];
        Shape shape = [Steps, size.Batch, size.Context];
        contents["tokens"] = Tensor.From(Both.Ours, shape, [.. batches.SelectMany(batch => batch.Inputs).Select(token => (float)token)]);
        contents["targets"] = Tensor.From(Both.Ours, shape, [.. batches.SelectMany(batch => batch.Targets).Select(token => (float)token)]);

        string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
        string path = Path.Combine(Machine.Root, "Tests", "Fixtures", $"{name}.safetensors");
        Safetensors.Save(path, contents, new Dictionary<string, string>
        {
            ["made_by"] = "libtorch 2.10.0 by TorchSharp 0.107.0; dotnet run -c Release --project Bench -p:Libtorch=true -- fixtures",
            ["layers"] = Number(size.Layers), ["heads"] = Number(size.Heads), ["width"] = Number(size.Width), ["context"] = Number(size.Context),
            ["vocabulary"] = Number(size.Vocabulary), ["bias"] = bias ? "1" : "0",
            ["rate"] = Number(AdamSettings.Rate), ["beta1"] = Number(AdamSettings.Beta1), ["beta2"] = Number(AdamSettings.Beta2),
            ["epsilon"] = Number(AdamSettings.Epsilon), ["decay"] = Number(AdamSettings.Decay),
        });
        Console.WriteLine($"{path}: {new FileInfo(path).Length} bytes, losses {string.Join(" ", training.Losses.Select(loss => loss.ToString("F4", CultureInfo.InvariantCulture)))}");
    }

    // First weights are small, gains one and biases zero: too tame to tell a wrong gradient from a right one.
    static void Roughen(Gpt model)
    {
        ulong stream = 100;
        foreach (var (_, tensor) in model.NamedParameters())
        {
            float[] noise = Both.Draw(tensor.Shape.Count, stream++), values = tensor.ToArray();
            for (int i = 0; i < values.Length; i++) values[i] += 0.2f * noise[i];
            tensor.Storage.CopyFrom(values);
        }
    }
}
