using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using NativeSsl.Cli;
using NativeSsl.Cli.Training;
using static NativeSsl.Tests.Cli.Console;

namespace NativeSsl.Tests.Cli;

/// <summary>A run on sixty-four pictures through every command.</summary>
public sealed class ImageTrainingTests : IDisposable
{
    const int Side = 8;

    readonly Scratch _scratch = new();
    readonly string _recipe, _data;
    string RunPath => _scratch.File("run");

    public ImageTrainingTests()
    {
        (_recipe, _data) = (_scratch.File("recipe.json"), _scratch.File("data"));
        Tiny.Save(_recipe);
        Directory.CreateDirectory(_data);
        Write("train", 64, 1);
        Write("t10k", 32, 2);
    }

    static ImageRecipe Tiny => new()
    {
        Width = 4, HeadWidth = 8, Projection = 4, Batch = 16, Steps = 12, WarmUp = 2, CheckpointInterval = 5, Data = "nowhere",
    };

    public void Dispose() => _scratch.Dispose();

    // Bright on the left, or on the right: two classes.
    void Write(string name, int count, ulong seed)
    {
        var random = new RandomSource(seed, 0);
        byte[] images = new byte[16 + count * Side * Side], labels = new byte[8 + count];
        foreach ((int place, int number) in new[] { (0, 0x0803), (4, count), (8, Side), (12, Side) }) BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(place), number);
        foreach ((int place, int number) in new[] { (0, 0x0801), (4, count) }) BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(place), number);
        for (int i = 0; i < count; i++)
        {
            labels[8 + i] = (byte)(i % 2);
            for (int pixel = 0; pixel < Side * Side; pixel++)
                images[16 + i * Side * Side + pixel] = (byte)(random.NextInt(100) + (pixel % Side < Side / 2 == (i % 2 == 0) ? 150 : 0));
        }
        File.WriteAllBytes(Path.Combine(_data, $"{name}-images-idx3-ubyte"), images);
        File.WriteAllBytes(Path.Combine(_data, $"{name}-labels-idx1-ubyte"), labels);
    }

    string[] Pretrain(string run) => ["pretrain", "--recipe", _recipe, "--data", _data, "--run", run];

    [Fact]
    public void Pretrain_evaluate_embed_and_list()
    {
        using JsonDocument result = JsonDocument.Parse(Ok([.. Pretrain(RunPath), "--json"]));
        Assert.Equal(12, result.RootElement.GetProperty("steps").GetInt32());
        string evaluation = Ok("evaluate", "--run", RunPath);
        Assert.Contains("random encoder", evaluation, StringComparison.Ordinal);
        Assert.Contains("pixels", evaluation, StringComparison.Ordinal);
        Assert.Contains("this encoder, occlusion", evaluation, StringComparison.Ordinal);
        using (JsonDocument full = JsonDocument.Parse(File.ReadAllText(Path.Combine(RunPath, "evaluation.json"))))
        {
            // what the features took, and the training before them: 12 steps of 16 images
            JsonElement own = full.RootElement.GetProperty("rows")[0], random = full.RootElement.GetProperty("rows")[1];
            Assert.Equal((12 * 16 + 96, 96), (own.GetProperty("samplesSeen").GetInt32(), random.GetProperty("samplesSeen").GetInt32()));
            Assert.True(own.GetProperty("flops").GetDouble() > random.GetProperty("flops").GetDouble() && random.GetProperty("flops").GetDouble() > 0);
            Assert.Equal(16, full.RootElement.GetProperty("spoilt").GetProperty("rows").GetArrayLength());
        }
        using JsonDocument again = JsonDocument.Parse(Ok("evaluate", "--run", RunPath, "--quick", "--json"));
        Assert.Equal(Knn(result.RootElement.GetProperty("result")), Knn(again.RootElement));
        Assert.Contains("random encoder", File.ReadAllText(Path.Combine(RunPath, "evaluation.md")), StringComparison.Ordinal);
        string tuned = Ok("evaluate", "--run", RunPath, "--fine-tune");
        Assert.Contains("supervised from scratch, 10 per class", tuned, StringComparison.Ordinal);
        foreach (string picture in new[] { "curves.svg", "map.svg", "neighbours.svg" })
            Assert.Equal("svg", System.Xml.Linq.XDocument.Load(Path.Combine(RunPath, picture)).Root!.Name.LocalName);
        Assert.Contains("12", Ok("list", "--runs", _scratch.Folder), StringComparison.Ordinal);

        string file = _scratch.File("features.safetensors");
        Ok("embed", "--run", RunPath, "--out", file);
        using SafetensorsFile features = SafetensorsFile.Open(file);
        Assert.Equal([64, 16], features["train.features"].Shape);
        Assert.Equal([32, 16], features["test.features"].Shape);
        long[] labels = new long[32];
        features.Read("test.labels", labels);
        Assert.Equal([0, 1, 0, 1], labels[..4]);
    }

    [Fact]
    public void An_interrupted_run_exits_130_and_ends_as_if_it_had_not_been()
    {
        Ok(Pretrain(RunPath + "2"));
        using var console = new Console();
        using var stop = new Stop();
        stop.Request(ExitCode.Interrupted);
        Assert.Equal(130, console.Run(stop, Pretrain(RunPath)));
        Assert.Contains("nativessl resume", console.Error, StringComparison.Ordinal);
        Ok("resume", "--run", RunPath);
        Assert.Equal(File.ReadAllBytes(RunDirectory.Latest(RunPath + "2")!.Path), File.ReadAllBytes(RunDirectory.Latest(RunPath)!.Path));
    }

    // Four steps are an epoch here, so these are inside of one, at the end of one, and a step after its beginning.
    [Theory, InlineData(6, 1), InlineData(8, 2), InlineData(9, 2)]
    public void Interrupted_anywhere_and_resumed_with_other_threads_is_uninterrupted(int split, int threads)
    {
        Train("whole", 12, 1);
        Train("parts", split, threads);
        Train("parts", 12, 1);
        Assert.Equal(File.ReadAllBytes(RunDirectory.Latest(_scratch.File("whole"))!.Path), File.ReadAllBytes(RunDirectory.Latest(_scratch.File("parts"))!.Path));

        void Train(string name, int until, int workers)
        {
            ImageRecipe recipe = Tiny with { Data = _data };
            string folder = _scratch.File(name);
            using RunDirectory run = Directory.Exists(folder) ? RunDirectory.Open(folder) : RunDirectory.Create(folder, recipe);
            Trainer trainer = ImageRun.New(recipe, new CpuBackend(workers)).NewTrainer();
            if (RunDirectory.Latest(folder) is { } checkpoint) trainer.Load(checkpoint.Path);
            using var stop = new CancellationTokenSource();
            trainer.Run(run, new Objectives.SmallRun.Reports(report => { if (report.Step == until) stop.Cancel(); }), stop.Token);
        }
    }

    [Fact]
    public void Other_images_are_looked_at_as_those_of_the_training_were()
    {
        Ok(Pretrain(RunPath));
        float[] own = Embedded("own");
        // Darker images: were they normalised by their own mean and deviation, their features would be those of the bright ones.
        foreach (string name in new[] { "train", "t10k" })
        {
            string images = Path.Combine(_data, $"{name}-images-idx3-ubyte");
            File.WriteAllBytes(images, [.. File.ReadAllBytes(images).Select((value, i) => i < 16 ? value : (byte)(value / 2))]);
        }
        float[] darker = Embedded("darker");
        Assert.True(own.Zip(darker, (x, y) => Math.Abs(x - y)).Average() > 0.1 * own.Average(Math.Abs), "normalised by their own statistics");

        // And a run on them is another run.
        using var console = new Console();
        Assert.Equal(2, console.Run("resume", "--run", RunPath));
        Assert.Contains("another recipe", console.ErrorLines[^1], StringComparison.Ordinal);

        float[] Embedded(string name)
        {
            Ok("embed", "--run", RunPath, "--data", _data, "--out", _scratch.File(name));
            using SafetensorsFile file = SafetensorsFile.Open(_scratch.File(name));
            float[] features = new float[32 * 16];
            file.Read("test.features", features);
            return features;
        }
    }

    [Fact]
    public void Of_labelled_images_without_a_part_to_test_on_a_fifth_is_kept_apart()
    {
        Ok(Pretrain(RunPath));
        string one = _scratch.File("one");
        Directory.CreateDirectory(one);
        foreach (string file in Directory.GetFiles(_data, "train*")) File.Copy(file, Path.Combine(one, Path.GetFileName(file)));
        using JsonDocument report = JsonDocument.Parse(Ok("evaluate", "--run", RunPath, "--data", one, "--quick", "--json"));
        Assert.Equal(4, Knn(report.RootElement).Length);
    }

    [Fact]
    public void A_dry_run_takes_a_step_to_see_and_makes_no_run()
    {
        using JsonDocument estimate = JsonDocument.Parse(Ok([.. Pretrain(RunPath), "--dry-run", "--json"]));
        Assert.True(estimate.RootElement.GetProperty("parameters").GetInt64() > 1000);
        Assert.True(estimate.RootElement.GetProperty("secondsPerStep").GetDouble() > 0);
        Assert.False(Directory.Exists(RunPath));
        Ok(Pretrain(RunPath));
        foreach (string command in new[] { "evaluate", "embed" }) Assert.Equal("", Ok(command, "--run", RunPath, "--dry-run"));
        Assert.Empty(Directory.GetFiles(RunPath, "evaluation*"));
    }

    [Fact]
    public void A_run_that_does_not_learn_can_stop_with_4()
    {
        (Tiny with { LearningRate = 50, Optimizer = "adamW", WarmUp = 0 }).Save(_recipe);
        using var console = new Console();
        Assert.Equal(4, console.Run([.. Pretrain(RunPath), "--stop-when-failing"]));
        Assert.Contains("the learning rate, 50, is too high", console.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Equal(1, RunDirectory.Latest(RunPath)!.Step);
    }

    [Fact]
    public void Commands_for_text_and_for_images_say_which_runs_they_are_for()
    {
        Ok(Pretrain(RunPath));
        Refused("has not learned to write", "generate", "--run", RunPath);
        File.Delete(Path.Combine(RunPath, "images.json"));
        Refused("images.json", "evaluate", "--run", RunPath);
        Refused("no such file or folder", "pretrain", "--recipe", _recipe, "--run", RunPath + "2");
        Ok("pretrain", "--recipe", "smoke", "--run", RunPath + "3");
        Refused("has learned to write text", "embed", "--run", RunPath + "3");
    }

    static double[] Knn(JsonElement report) => [.. report.GetProperty("rows").EnumerateArray()
        .Select(row => row.GetProperty("scores").GetProperty("kNN-20").GetProperty("mean").GetDouble())];
}
