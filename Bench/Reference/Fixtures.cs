using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Reference;

/// <summary>
/// Writes what libtorch says about a small GPT, a small BERT and a small SimCLR into Tests/Fixtures: first weights, gradients of the first batch,
/// and the losses of ten steps, so that the tests can hold us against libtorch without it.
/// </summary>
static class Fixtures
{
    const int Steps = 10;

    public static void Run(string[] arguments)
    {
        Both.Begin(arguments);
        Write("gpt", bias: false);
        Write("gpt-bias", bias: true);
        WriteBert();
        WriteContrastive();
    }

    static void Write(string name, bool bias)
    {
        GptSize size = GptSize.Tiny;
        Gpt model = size.NewModel(Both.Ours, bias);
        Roughen(model);
        using var reference = new TorchGpt(size, model.NamedTensors());
        Dictionary<string, Tensor> contents = [];
        foreach (var (parameter, tensor) in model.NamedParameters()) contents[$"weight.{parameter}"] = tensor.Keep();

        AddGradients(contents, reference.Training(1), reference.Weights);
        var training = reference.Training(Steps);
        for (int step = 0; step < Steps; step++) training.Step();
        (int[] Inputs, int[] Targets)[] batches = [.. Enumerable.Range(0, Steps).Select(step => size.DrawBatch((ulong)step))];
        Shape shape = [Steps, size.Batch, size.Context];
        contents["tokens"] = Whole(shape, batches.SelectMany(batch => batch.Inputs));
        contents["targets"] = Whole(shape, batches.SelectMany(batch => batch.Targets));

        Save(name, contents, training.Losses, new()
        {
            ["layers"] = size.Layers, ["heads"] = size.Heads, ["width"] = size.Width, ["context"] = size.Context,
            ["vocabulary"] = size.Vocabulary, ["bias"] = bias ? 1 : 0,
        }, AdamSettings.Text);
    }

    static void WriteBert()
    {
        BertSize size = BertSize.Tiny;
        Objective objective = size.NewObjective(Both.Ours);
        Roughen(objective);
        using var reference = new TorchBert(size, objective);
        Dictionary<string, Tensor> contents = [];
        foreach (var (parameter, tensor) in objective.NamedParameters()) contents[$"weight.{parameter}"] = tensor.Keep();
        AddGradients(contents, reference.Training(1), reference.Weights);

        TorchTraining training = reference.Training(Steps);
        for (int step = 0; step < Steps; step++) training.Step();
        BertSize.Sample[] batches = [.. Enumerable.Range(0, Steps).Select(step => size.DrawBatch((ulong)step))];
        Put("tokens", batch => batch.Tokens, size.Batch, size.Context);
        Put("segments", batch => batch.Segments, size.Batch, size.Context);
        Put("lengths", batch => batch.Lengths, size.Batch);
        Put("places", batch => batch.Places, batches[0].Places.Length);
        Put("words", batch => batch.Words, batches[0].Words.Length);
        Put("labels", batch => batch.Labels, size.Batch);
        Save("bert", contents, training.Losses, new()
        {
            ["layers"] = size.Layers, ["heads"] = size.Heads, ["width"] = size.Width, ["context"] = size.Context, ["vocabulary"] = size.Vocabulary,
        }, AdamSettings.Text);

        void Put(string name, Func<BertSize.Sample, int[]> part, params int[] shape) => contents[name] = Whole([Steps, .. shape], batches.SelectMany(part));
    }

    static void AddGradients(Dictionary<string, Tensor> contents, TorchTraining training, IReadOnlyDictionary<string, TorchSharp.Modules.Parameter> weights)
    {
        training.Step(optimizer: false);
        foreach (var (parameter, weight) in weights)
        {
            using TorchTensor gradient = TorchSimClr.InOurLayout(weight.grad!);
            contents[$"gradient.{parameter}"] = Tensor.From(Both.Ours, [.. gradient.shape.Select(length => (int)length)], gradient.data<float>().ToArray());
        }
    }

    static Tensor Whole(Shape shape, IEnumerable<int> numbers) => Tensor.From(Both.Ours, shape, [.. numbers.Select(number => (float)number)]);

    static void WriteContrastive()
    {
        ContrastiveSize size = ContrastiveSize.Tiny;
        SimClr objective = size.NewObjective(Both.Ours);
        Roughen(objective);
        using var reference = new TorchSimClr(size, objective, channelsLast: false);
        Dictionary<string, Tensor> contents = [];
        foreach (var (parameter, tensor) in objective.NamedParameters()) contents[$"weight.{parameter}"] = tensor.Keep();

        AddGradients(contents, reference.Training(1), reference.Weights);

        var training = reference.Training(Steps);
        for (int step = 0; step < Steps; step++) training.Step();
        contents["views"] = Tensor.From(Both.Ours, [Steps, 2, size.Images, size.Side, size.Side, 3],
            [.. Enumerable.Range(0, Steps).SelectMany(step => size.DrawBatch((ulong)step))]);
        Save("simclr", contents, training.Losses, new()
        {
            ["width"] = size.Recipe.Width, ["head_width"] = size.Recipe.HeadWidth, ["projection"] = size.Recipe.Projection,
            ["temperature"] = ContrastiveSize.Temperature,
        }, AdamSettings.Images);
    }

    static void Save(string name, Dictionary<string, Tensor> contents, double[] losses, Dictionary<string, double> numbers, AdamSettings adam)
    {
        (numbers["rate"], numbers["beta1"], numbers["beta2"], numbers["epsilon"], numbers["decay"]) = (adam.Rate, adam.Beta1, adam.Beta2, AdamSettings.Epsilon, adam.Decay);
        contents["losses"] = Tensor.From(Both.Ours, [Steps], [.. losses.Select(loss => (float)loss)]);
        Dictionary<string, string> metadata = numbers.ToDictionary(entry => entry.Key, entry => entry.Value.ToString(CultureInfo.InvariantCulture));
        metadata["made_by"] = "libtorch 2.10.0 by TorchSharp 0.107.0; dotnet run -c Release --project Bench -p:Libtorch=true -- fixtures";
        string path = Path.Combine(Machine.Root, "Tests", "Fixtures", $"{name}.safetensors");
        Safetensors.Save(path, contents, metadata);
        Console.WriteLine($"{path}: {new FileInfo(path).Length} bytes, losses {string.Join(" ", losses.Select(loss => loss.ToString("F4", CultureInfo.InvariantCulture)))}");
    }

    // First weights are small, gains one and biases zero: too tame to tell a wrong gradient from a right one.
    static void Roughen(Module model)
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
