/** A wheel of PyPI, for one kind of machine. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  /** Of the wheel, packed. */
  readonly megabytes: number;
}

/** The CUDA that the libraries are of, as a driver tells what it can: 1000 × major + 10 × minor. */
export const cudaVersion = 13_000;

/** The ONNX Runtime whose provider they hold: it works with a runtime of the same version alone. */
export const runtimeVersion = '1.30.0';

/** Tags of wheels that go with a platform, and the wheels: cuBLAS to cuDNN as PyTorch takes them for CUDA 13.0. */
interface Platform {
  readonly tags: readonly string[];
  readonly wheels: readonly Wheel[];
}

/** By platform and processor; CUDA's libraries are not published for others. */
const platforms: Readonly<Record<string, Platform>> = {
  'linux-x64': {
    tags: ['2_28', '2_27', '2_17', '2_12'].map((glibc) => `manylinux_${glibc}_x86_64`),
    wheels: [
      wheel(
        'onnxruntime-gpu',
        runtimeVersion,
        247,
        '6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1',
      ),
      wheel(
        'nvidia-cublas',
        '13.1.0.3',
        423,
        'ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171',
      ),
      wheel(
        'nvidia-cuda-runtime',
        '13.0.96',
        2,
        '7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548',
      ),
      wheel(
        'nvidia-curand',
        '10.4.0.35',
        60,
        '1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc',
      ),
      wheel(
        'nvidia-cudnn-cu13',
        '9.19.0.56',
        366,
        'd20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf',
      ),
      wheel(
        'nvidia-cuda-nvrtc',
        '13.0.88',
        90,
        'ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575',
      ),
    ],
  },
  'win32-x64': {
    tags: ['win_amd64'],
    wheels: [
      wheel(
        'onnxruntime-gpu',
        runtimeVersion,
        160,
        '882da66f936e1f560b155118c5953dc45268cd92893abb8d31a940f4d1effb36',
      ),
      wheel(
        'nvidia-cublas',
        '13.1.0.3',
        404,
        '2a3b94a37def342471c59fad7856caee4926809a72dd5270155d6a31b5b277be',
      ),
      wheel(
        'nvidia-cuda-runtime',
        '13.0.96',
        3,
        'f79298c8a098cec150a597c8eba58ecdab96e3bdc4b9bc4f9983635031740492',
      ),
      wheel(
        'nvidia-curand',
        '10.4.0.35',
        55,
        '65b1710aa6961d326b411e314b374290904c5ddf41dc3f766ebc3f1d7d4ca69f',
      ),
      wheel(
        'nvidia-cudnn-cu13',
        '9.19.0.56',
        351,
        '40d8c375005bcb01495f8edf375230b203a411a0c05fb6dc92a3781edcb23eac',
      ),
      wheel(
        'nvidia-cuda-nvrtc',
        '13.0.88',
        77,
        '6bcd4e7f8e205cbe644f5a98f2f799bef9556fefc89dd786e79a16312ce49872',
      ),
    ],
  },
};

function wheel(name: string, version: string, megabytes: number, sha256: string): Wheel {
  return { name, version, sha256, megabytes };
}

/** @returns undefined where CUDA cannot be had */
export const platformWheels = (platform = process.platform, arch = process.arch): Platform | undefined =>
  platforms[`${platform}-${arch}`];

/** What pip reads: each wheel by version and hash, so that nothing else is installed under its name. */
export const requirementsOf = (wheels: readonly Wheel[]): string =>
  wheels.map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}\n`).join('');
